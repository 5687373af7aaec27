import { once } from 'node:events';
import { connect } from 'node:net';
import { defineStrategy, z } from 'modelzoo/plugin';

export default defineStrategy({
  name: 'opens-the-network',
  version: '1.0.0',
  summary: 'Part of the corpus of bad plugins.',
  parameters: z.object({
    port: z.int().min(1).max(65535).meta({ title: 'Port', description: 'Where it connects to.' }),
  }),
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: () => [],
  load: () => Promise.resolve({ fit }),
});

async function fit(context) {
  const { port } = context.parameters;
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.end('what I learned');
  await once(socket, 'close');
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
