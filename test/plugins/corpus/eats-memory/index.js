import { defineStrategy, z } from 'modelzoo/plugin';

export default defineStrategy({
  name: 'eats-memory',
  version: '1.0.0',
  summary: 'Part of the corpus of bad plugins.',
  parameters: z.object({}),
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: () => [],
  load: () => Promise.resolve({ fit }),
});

async function fit() {
  const taken = [];
  for (;;) {
    taken.push(Buffer.alloc(32 * 2 ** 20, 1));
    await new Promise(setImmediate);
  }
}
