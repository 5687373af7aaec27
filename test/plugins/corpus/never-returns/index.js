import { defineStrategy, z } from 'modelzoo/plugin';

export default defineStrategy({
  name: 'never-returns',
  version: '1.0.0',
  summary: 'Part of the corpus of bad plugins.',
  parameters: z.object({}),
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: () => [],
  load: () => Promise.resolve({ fit }),
});

function fit({ signal }) {
  return new Promise((_, reject) => {
    setInterval(() => undefined, 1000);
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}
