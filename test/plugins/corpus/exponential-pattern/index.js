import { defineStrategy, z } from 'modelzoo/plugin';

export default defineStrategy({
  name: 'exponential-pattern',
  version: '1.0.0',
  summary: 'Part of the corpus of bad plugins.',
  parameters: z.object({
    word: z
      .string()
      .regex(/^(a+)+$/)
      .optional()
      .meta({ title: 'Word', description: 'As many letters a as you like, matched in exponential time.' }),
  }),
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: () => [],
  load: () => Promise.resolve({ fit }),
});

function fit() {
  throw new Error('it is never run');
}
