import { defineStrategy, z } from 'modelzoo/plugin';

const taken = [];
for (;;) taken.push(new Array(1_000_000).fill(taken.length));

export default defineStrategy({
  name: 'eats-memory-at-import',
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
