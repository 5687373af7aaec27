import { defineStrategy, z } from 'modelzoo/plugin';

export default defineStrategy({
  name: 'two-versions',
  version: '1.0.0',
  summary: 'Part of the corpus of bad plugins.',
  parameters: z.object({
    power: z.int().min(1).max(3).default(1).meta({ title: 'Power', description: 'Whole, up to 3.' }),
  }),
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: () => [],
  load: () => Promise.resolve({ fit }),
});

function fit(context) {
  return { ...uselessClassifier(context), chosen: { saw: JSON.stringify(context.parameters) } };
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
