import { defineStrategy, z } from 'modelzoo/plugin';

let nested = z.object({ end: z.literal(true) });
for (let depth = 0; depth < 28; depth++) {
  const inner = nested;
  nested = z.union([
    z.object({ next: inner }),
    z.object({ next: inner, other: z.literal(depth).optional() }),
  ]);
}

export default defineStrategy({
  name: 'exponential-schema',
  version: '1.0.0',
  summary: 'Part of the corpus of bad plugins.',
  parameters: z.object({
    nested: nested.optional().meta({ title: 'Nested', description: 'Every level is tried in two ways.' }),
  }),
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: () => [],
  load: () => Promise.resolve({ fit }),
});

function fit() {
  throw new Error('it is never run');
}
