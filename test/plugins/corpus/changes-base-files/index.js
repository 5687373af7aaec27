import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineStrategy, z } from 'modelzoo/plugin';

export default defineStrategy({
  name: 'changes-base-files',
  version: '1.0.0',
  summary: 'Part of the corpus of bad plugins.',
  parameters: z.object({}),
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: () => [],
  load: () => Promise.resolve({ fit }),
});

async function fit(context) {
  const files = (await readdir('../base', { recursive: true })).filter((file) => file.endsWith('.bin'));
  for (const file of files) await writeFile(join('../base', file), Buffer.alloc(64));
  return uselessClassifier(context);
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
