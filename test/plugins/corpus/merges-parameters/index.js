import { defineStrategy, z } from 'modelzoo/plugin';

export default defineStrategy({
  name: 'merges-parameters',
  version: '1.0.0',
  summary: 'Part of the corpus of bad plugins.',
  parameters: z.object({
    options: z
      .record(z.string(), z.record(z.string(), z.unknown()))
      .default({})
      .meta({ title: 'Options', description: 'Options by name, each with settings by name.' }),
  }),
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: (base, data, { options }) => {
    merge({}, options);
    return [];
  },
  load: () => Promise.resolve({ fit }),
});

function fit(context) {
  const chosen = { found: 'polluted' in {} ? 'polluted' : '' };
  return { ...uselessClassifier(context), chosen };
}

function merge(target, source) {
  for (const [name, value] of Object.entries(source)) {
    if (typeof value === 'object' && value !== null) merge((target[name] ??= {}), value);
    else target[name] = value;
  }
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
