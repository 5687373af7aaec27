import { defineStrategy, z } from 'modelzoo/plugin';

export default defineStrategy({
  name: 'load-without-fit',
  version: '1.0.0',
  summary: 'Part of the corpus of bad plugins.',
  parameters: z.object({}),
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: () => [],
  load: () => Promise.resolve({ train: () => undefined }),
});
