import { defineStrategy, z } from 'modelzoo/plugin';

export default defineStrategy({
  name: 'load-rejects',
  version: '1.0.0',
  summary: 'Part of the corpus of bad plugins.',
  parameters: z.object({}),
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: () => [],
  load: () => import('./not-packed.js'),
});
