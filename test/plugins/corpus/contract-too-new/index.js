import { defineStrategy, z } from 'modelzoo/plugin';

export default defineStrategy({
  name: 'contract-too-new',
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
