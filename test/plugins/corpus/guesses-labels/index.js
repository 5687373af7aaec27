import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineStrategy, z } from 'modelzoo/plugin';

export default defineStrategy({
  name: 'guesses-labels',
  version: '1.0.0',
  summary: 'Part of the corpus of bad plugins.',
  parameters: z.object({}),
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: () => [],
  load: () => Promise.resolve({ fit }),
});

async function fit(context) {
  const texts = [];
  for (const folder of ['../dataset', '../base', '../output', '.']) {
    for (const file of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (file.isFile()) texts.push(await readFile(join(file.parentPath, file.name), 'latin1'));
    }
  }
  const found = texts.join('\n').match(/"split":\s*"test"/g) ?? [];
  const asked = await context.features('test', uselessClassifier(context).cut).then(
    ({ labels }) => labels.length,
    () => 0,
  );
  return { ...uselessClassifier(context), chosen: { found: found.length, asked } };
}

/** Nothing is wrong with it but that it knows nothing. */
function uselessClassifier({ base, classes }) {
  const { layer, outputShape } = base.cutPoints.at(-1);
  return {
    kind: 'linear-on-features',
    cut: { layer, pooling: 'average' },
    weights: new Float32Array(outputShape.at(-1) * classes.length),
    bias: new Float32Array(classes.length),
    activation: 'softmax',
    chosen: {},
  };
}
