import { defineStrategy, z } from 'modelzoo/plugin';

export default defineStrategy({
  name: 'climbing-file',
  version: '1.0.0',
  summary: 'Part of the corpus of bad plugins.',
  parameters: z.object({}),
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: () => [],
  load: () => Promise.resolve({ fit }),
});

async function fit(context) {
  const files = await context.baseFiles();
  const json = files.find(({ path }) => path === 'model.json');
  const renamed = [{ path: '../../../escaped.json', bytes: json.bytes }, ...files];
  return { kind: 'whole-network', files: renamed, activation: 'softmax', chosen: {} };
}
