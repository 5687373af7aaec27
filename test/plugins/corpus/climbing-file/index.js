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
  const model = JSON.parse(new TextDecoder().decode(files.find(({ path }) => path === 'model.json').bytes));
  const [shard] = model.weightsManifest[0].paths;
  const climbing = '../../../escaped.bin';
  model.weightsManifest[0].paths = [climbing];
  return {
    kind: 'whole-network',
    files: [
      { path: 'model.json', bytes: new TextEncoder().encode(JSON.stringify(model)) },
      ...files
        .filter(({ path }) => path !== 'model.json')
        .map(({ path, bytes }) => ({ path: path === shard ? climbing : path, bytes })),
    ],
    activation: 'softmax',
    chosen: {},
  };
}
