import { defineStrategy, z } from 'modelzoo/plugin';

await new Promise(() => setInterval(() => undefined, 1000));

export default defineStrategy({
  name: 'waits-at-import',
  version: '1.0.0',
  summary: 'Part of the corpus of bad plugins.',
  parameters: z.object({}),
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: () => [],
  load: () => Promise.resolve({ fit }),
});

function fit() {
  throw new Error('it is never run');
}
