import { defineStrategy, z } from 'modelzoo/plugin';

const parameters = Object.fromEntries([
  ['__proto__', z.string().optional().meta({ title: 'Prototype', description: 'No name for a parameter.' })],
]);

export default defineStrategy({
  name: 'proto-parameter',
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
