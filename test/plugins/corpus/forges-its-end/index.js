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
  process.send({ type: 'completed', result: { evaluation: { accuracy: 1 }, files: [] } }, () =>
    process.exit(0),
  );
  return new Promise(() => undefined);
}
