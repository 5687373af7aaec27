import { defineStrategy, z } from 'modelzoo/plugin';

export default defineStrategy({
  name: 'two-versions',
  version: '2.0.0',
  summary: 'Part of the corpus of bad plugins.',
  parameters: z.object({
    power: z.number().min(0).max(1).default(0.5).meta({ title: 'Power', description: 'A share, up to 1.' }),
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
