import { defineStrategy, z } from 'modelzoo/plugin';

export default defineStrategy({
  name: 'estimate-not-a-number',
  version: '1.0.0',
  summary: 'Part of the corpus of bad plugins.',
  parameters: z.object({}),
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: () => [],
  load: () => Promise.resolve({ fit }),
  estimate: () => Promise.resolve({ estimate }),
});

function estimate() {
  const value = 0 / 0;
  return { accuracy: { value, standardError: 0.1 }, seconds: 1, peakMemoryBytes: null, storedBytes: null };
}

function fit(context) {
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
