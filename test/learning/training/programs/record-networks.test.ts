import type { LayersModel } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { loadTfjsLayers } from '../../../../src/learning/tfjs-layers/load-tfjs-layers.js';
import type { OptimizerSpec } from '../../../../src/learning/training/engines/training-engine.js';
import { gradientProgram } from '../../../../src/learning/training/programs/gradient-program.js';
import { scoreProgram } from '../../../../src/learning/training/programs/score-program.js';
import { updateProgram } from '../../../../src/learning/training/programs/update-program.js';
import { recordProgram } from '../../../../src/learning/training/record/record-program.js';
import type { TensorProgram } from '../../../../src/learning/training/tensor-program.js';
import type { TrainableNetwork } from '../../../../src/learning/training/trainable-network.js';
import { realModel, type RealModel } from '../../support/real-models.js';
import { plainTfjs } from '../../support/tfjs.js';
import { smallInception, smallResNet, smallVgg } from './architectures.js';
import { inOrder, replay } from './replay.js';
import { feed, trainable, trainableOf } from './trainable.js';

const tf = await plainTfjs();
const adamw: OptimizerSpec = { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 0.01 };
const programsOf = (network: TrainableNetwork, rows: number): TensorProgram[] => [
  gradientProgram(network, rows),
  scoreProgram(network, rows),
  updateProgram(network, adamw, 1),
];

describe.each<[string, () => LayersModel]>([
  ['ResNet', smallResNet],
  ['VGG', smallVgg],
  ['Inception', smallInception],
])('a network in the style of %s', (_name, build) => {
  it.each(['frozen', 'training'] as const)(
    'is recorded as it runs, with batch normalisation %s',
    async (batchNormalization) => {
      const network = await trainable(build(), { batchNormalization });
      for (const program of programsOf(network, 2)) {
        const graph = recordProgram(program);
        const inputs = feed(program, network);
        const outputs = program.run(tf, inputs);
        const replayed = replay(graph, inputs);
        expect(Object.keys(graph.inputs)).toEqual(Object.keys(program.inputs));
        expect(Object.keys(replayed)).toEqual(Object.keys(outputs));
        for (const [name, tensor] of Object.entries(outputs)) {
          expect(graph.outputs[name]?.shape, name).toEqual(tensor.shape);
          expect(replayed[name]?.dataSync(), name).toEqual(tensor.dataSync());
        }
      }
    },
  );
});

describe.each<[RealModel]>([['mobilenet_v2'], ['inception_v3']])('%s, whole', (name) => {
  it.each(['frozen', 'training'] as const)(
    'is recorded, with batch normalisation %s',
    async (batchNormalization) => {
      const network = trainableOf(await loadTfjsLayers(realModel(name)), { batchNormalization });
      const before = tf.memory().numTensors;
      const [gradients, scores, update] = programsOf(network, 8).map(recordProgram);
      expect(tf.memory().numTensors).toBe(before);
      const trained = network.weights.filter((weight) => weight.trained);
      for (const { name: weight, shape } of trained) {
        expect(gradients?.outputs[`gradient/${weight}`]?.shape).toEqual(shape);
        expect(update?.outputs[`weight/${weight}`]?.shape).toEqual(shape);
      }
      expect(scores?.outputs['logits']?.shape).toEqual([8, network.numClasses]);
    },
  );
});

it('what does not train is a constant of the record, and its data are not copied', async () => {
  const network = await trainable(smallVgg(), { trains: (name) => name.startsWith('dense') });
  const graph = recordProgram(gradientProgram(network, 2));
  const constants = new Set(inOrder(graph).map(({ data }) => data));
  const frozen = network.weights.filter(({ trained }) => !trained);
  expect(frozen.length).toBeGreaterThan(0);
  frozen.forEach(({ value, name }) => expect(constants.has(value), name).toBe(true));
});

it('nothing is recorded of the way back to layers that do not train', async () => {
  const network = await trainable(smallVgg(), { trains: (name) => name.startsWith('dense') });
  const ops = inOrder(recordProgram(gradientProgram(network, 2))).map(({ op }) => op);
  expect(ops).toContain('Conv2D');
  expect(ops.filter((op) => op.startsWith('Conv2DBackprop'))).toEqual([]);
});
