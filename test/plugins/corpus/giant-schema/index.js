import { defineStrategy, z } from 'modelzoo/plugin';

const parameters = {};
for (let index = 0; index < 5_000; index++) {
  parameters[`p${index}`] = z
    .number()
    .optional()
    .meta({ title: 'One of many', description: 'x'.repeat(200) });
}

export default defineStrategy({
  name: 'giant-schema',
  version: '1.0.0',
  summary: 'Part of the corpus of bad plugins.',
  parameters: z.object(parameters),
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: () => [],
  load: () => Promise.resolve({ fit }),
});

function fit() {
  throw new Error('it is never run');
}
