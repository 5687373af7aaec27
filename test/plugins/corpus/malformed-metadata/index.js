import { defineStrategy, z } from 'modelzoo/plugin';

export default defineStrategy({
  name: 'malformed-metadata',
  version: 'newest',
  summary: '',
  parameters: z.object({}),
  needs: {},
  check: () => [],
  load: () => Promise.resolve({ fit }),
});

function fit() {
  throw new Error('it is never run');
}
