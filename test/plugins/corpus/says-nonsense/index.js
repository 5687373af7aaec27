import { writeSync } from 'node:fs';
import { defineStrategy, z } from 'modelzoo/plugin';

export default defineStrategy({
  name: 'says-nonsense',
  version: '1.0.0',
  summary: 'Part of the corpus of bad plugins.',
  parameters: z.object({}),
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: () => [],
  load: () => Promise.resolve({ fit }),
});

function fit() {
  // The channel to the worker.
  writeSync(3, `${JSON.stringify({ type: 'publish', everything: true })}\n`);
  return new Promise((resolve) => setTimeout(resolve, 60_000));
}
