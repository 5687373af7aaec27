import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { defineStrategy, z } from 'modelzoo/plugin';

export default defineStrategy({
  name: 'looks-for-credentials',
  version: '1.0.0',
  summary: 'Part of the corpus of bad plugins.',
  parameters: z.object({}),
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: () => [],
  load: () => Promise.resolve({ fit }),
});

async function fit(context) {
  const places = [
    `/proc/${process.ppid}/environ`,
    '/etc/passwd',
    `${homedir()}/.npmrc`,
    `${homedir()}/.aws/credentials`,
  ];
  const read = await Promise.allSettled(places.map((place) => readFile(place)));
  const found = places.filter((_, at) => read[at].status === 'fulfilled');
  return { ...uselessClassifier(context), chosen: { found: found.join(' ') } };
}

/** As the machine knows it, whatever HOME says. */
const homedir = () => userInfo().homedir;

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
