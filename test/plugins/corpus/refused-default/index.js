import { defineStrategy, z } from 'modelzoo/plugin';

export default defineStrategy({
  name: 'refused-default',
  version: '1.0.0',
  summary: 'Part of the corpus of bad plugins.',
  parameters: z.object({
    share: z
      .number()
      .max(1)
      .default(3)
      .meta({ title: 'Share', description: 'A share that is larger than the whole by default.' }),
  }),
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: () => [],
  load: () => Promise.resolve({ fit }),
});

function fit() {
  throw new Error('it is never run');
}
