import { writeFileSync } from 'node:fs';
import { defineStrategy, z } from 'modelzoo/plugin';

writeFileSync(new URL('written-at-import', import.meta.url), 'here I was');

export default defineStrategy({
  name: 'writes-at-import',
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
