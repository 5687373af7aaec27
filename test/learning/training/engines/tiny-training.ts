import type * as tfjs from '@tensorflow/tfjs';
import { loadTfjsLayers } from '../../../../src/learning/tfjs-layers/load-tfjs-layers.js';
import type { LoadedModel } from '../../../../src/learning/tfjs-layers/network.js';
import {
  buildTrainableNetwork,
  type TrainablePlan,
} from '../../../../src/learning/training/build-trainable-network.js';
import type {
  OptimizerSpec,
  TrainingBatch,
  TrainingSpec,
  TrainingStep,
} from '../../../../src/learning/training/engines/training-engine.js';
import { asModelFiles, plainTfjs, pseudoRandom, randomizeWeights } from '../../support/tfjs.js';

export const numClasses = 3;
export const batchSize = 6;
const size = 8;

export const optimizers = {
  'SGD with momentum': { kind: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 1e-3 },
  'SGD with Nesterov momentum': { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0 },
  'plain SGD': { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 },
  Adam: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 1e-3 },
  AdamW: { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 1e-2 },
} as const satisfies Record<string, OptimizerSpec>;

let backbone: ReturnType<typeof makeBackbone> | undefined;

/** A network of the parts that real ones are made of: strided and depthwise convolutions, normalisation, a residual. */
export function tinyBackbone(): Promise<{ plain: tfjs.LayersModel; model: LoadedModel }> {
  return (backbone ??= makeBackbone());
}

async function makeBackbone(): Promise<{ plain: tfjs.LayersModel; model: LoadedModel }> {
  const { layers, input, model: makeModel } = await plainTfjs();
  const image = input({ shape: [size, size, 3], name: 'image' });
  const apply = (layer: tfjs.layers.Layer, x: tfjs.SymbolicTensor | tfjs.SymbolicTensor[]) =>
    layer.apply(x) as tfjs.SymbolicTensor;
  const convolution = (name: string, filters: number, kernelSize: number, strides = 1) =>
    layers.conv2d({ name, filters, kernelSize, strides, padding: 'same', useBias: false });
  const normalized = (name: string, x: tfjs.SymbolicTensor) =>
    apply(layers.batchNormalization({ name, momentum: 0.9, epsilon: 1e-3 }), x);

  const stem = apply(
    layers.reLU({ name: 'stem_relu', maxValue: 6 }),
    normalized('stem_bn', apply(convolution('stem', 6, 3, 2), image)),
  );
  const depthwise = apply(
    layers.depthwiseConv2d({ name: 'depthwise', kernelSize: [3, 3], padding: 'same', useBias: false }),
    stem,
  );
  const project = normalized(
    'project_bn',
    apply(convolution('project', 6, 1), apply(layers.reLU({ name: 'relu' }), depthwise)),
  );
  const output = apply(layers.add({ name: 'add' }), [stem, project]);
  const plain = makeModel({ inputs: image, outputs: output });
  randomizeWeights(plain);
  return { plain, model: await loadTfjsLayers(await asModelFiles(plain)) };
}

/** The network above with a head of its own, as a strategy would have it trained. */
export async function tinySpec(
  changes: Partial<TrainablePlan> & Partial<Pick<TrainingSpec, 'optimizer' | 'clipNorm' | 'seed'>> = {},
): Promise<TrainingSpec> {
  const { optimizer = optimizers['SGD with momentum'], clipNorm, seed = 7, ...plan } = changes;
  const network = buildTrainableNetwork({
    model: plan.model ?? (await tinyBackbone()).model,
    cut: { layer: 'add', pooling: 'average' },
    numClasses,
    head: {
      weights: pseudoRandom(6 * numClasses, 3).map((value) => value / 2),
      bias: new Float32Array(numClasses),
    },
    initialization: 'pretrained',
    batchNormalization: 'frozen',
    dropout: 0,
    layerDecay: 0.8,
    seed: 1,
    ...plan,
  });
  return { network, optimizer, batchSize, clipNorm, seed, threads: 2 };
}

/** Pictures whose class shows in their colour, in [-1, 1]. */
export function tinyBatch(seed: number, rows = batchSize): TrainingBatch & { labels: number[] } {
  const labels = Array.from({ length: batchSize }, (_, row) => (row + seed) % numClasses);
  const inputs = pseudoRandom(batchSize * size * size * 3, seed + 1);
  const targets = new Float32Array(batchSize * numClasses);
  for (let row = 0; row < batchSize; row++) {
    const label = labels[row] ?? 0;
    for (let pixel = 0; pixel < size * size; pixel++) {
      const at = (row * size * size + pixel) * 3 + label;
      inputs[at] = 0.5 + (inputs[at] ?? 0) / 2;
    }
    if (row < rows) targets[row * numClasses + label] = 1;
  }
  return { inputs, targets, labels };
}

/** Trains some steps, a different batch each time, and gives the losses. */
export async function trainSteps(step: TrainingStep, count: number, from = 0): Promise<number[]> {
  const losses: number[] = [];
  for (let at = from; at < from + count; at++) {
    const { loss } = await step.step(tinyBatch(at % 4), 0.02);
    losses.push(loss);
  }
  return losses;
}
