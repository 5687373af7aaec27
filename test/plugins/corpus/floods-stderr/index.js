import { defineStrategy, z } from 'modelzoo/plugin';

export default defineStrategy({
  name: 'floods-stderr',
  version: '1.0.0',
  summary: 'Part of the corpus of bad plugins.',
  parameters: z.object({}),
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: () => [],
  load: () => Promise.resolve({ fit }),
});

async function fit(context) {
  for (let line = 0; line < 1000; line++) {
    process.stdout.write('x'.repeat(50_000) + '\n');
    await new Promise((written) => process.stderr.write('x'.repeat(50_000) + '\n', written));
  }
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
