import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineStrategy, z } from 'modelzoo/plugin';

export default defineStrategy({
  name: 'damages-the-cache',
  version: '1.0.0',
  summary: 'Part of the corpus of bad plugins.',
  parameters: z.object({}),
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: () => [],
  load: () => Promise.resolve({ fit }),
});

/** From where a job stands. */
const cache = '../../../../worker-cache/features';

async function fit(context) {
  let overwritten = 0;
  for (const file of await readdir(cache, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const path = join(file.parentPath, file.name);
    await writeFile(path, Buffer.alloc((await stat(path)).size, 7));
    overwritten++;
  }
  if (overwritten === 0)
    throw new Error('there is nothing in the cache; this package looks in the wrong place');
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
