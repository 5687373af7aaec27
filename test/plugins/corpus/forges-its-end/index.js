import { writeSync } from 'node:fs';
import { defineStrategy, z } from 'modelzoo/plugin';

export default defineStrategy({
  name: 'forges-its-end',
  version: '1.0.0',
  summary: 'Part of the corpus of bad plugins.',
  parameters: z.object({}),
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: () => [],
  load: () => Promise.resolve({ fit }),
});

function fit() {
  const result = { evaluation: { accuracy: 1 }, files: [] };
  // The channel to the worker.
  writeSync(3, `${JSON.stringify({ type: 'completed', result })}\n`);
  process.exit(0);
}
