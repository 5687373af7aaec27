import { defineStrategy, z } from 'modelzoo/plugin';

for (let line = 0; line < 1000; line++) {
  process.stdout.write('x'.repeat(50_000) + '\n');
  process.stderr.write('x'.repeat(50_000) + '\n');
}

export default defineStrategy({
  name: 'shouts-at-import',
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
