import { describe, expect, it } from 'vitest';
import type { OptimizerSpec } from '../../../../src/learning/training/engines/training-engine.js';
import { updateProgram, updateScalars } from '../../../../src/learning/training/programs/update-program.js';
import { recordProgram } from '../../../../src/learning/training/record/record-program.js';
import type { NetworkLayer } from '../../../../src/learning/tfjs-layers/network.js';
import type {
  TrainableNetwork,
  TrainableWeight,
} from '../../../../src/learning/training/trainable-network.js';
import { asDoubles } from './as-doubles.js';
import { spread } from './draw-inputs.js';
import { interpret } from './interpret.js';
import { relativeError } from './relative-error.js';
import { runLowered } from './run-lowered.js';
import { sizeOf } from './tensor64.js';
import { updateByFormula } from './update-formulas.js';

const weight = (name: string, shape: number[], of: Partial<TrainableWeight> = {}): TrainableWeight => ({
  name,
  layer: name.split('/')[0] ?? '',
  shape,
  value: new Float32Array(sizeOf(shape)),
  trained: true,
  isStatistic: false,
  learningRateScale: 1,
  decays: true,
  ...of,
});
const statistic = { trained: false, isStatistic: true, decays: false };

/** A kernel of each kind, what does not decay, a slower layer, and statistics that follow the batch. */
const network: TrainableNetwork = {
  layers: [{ name: 'bn', config: { momentum: 0.9 } } as NetworkLayer],
  inputShape: [],
  numClasses: 1,
  batchNormalization: 'training',
  weights: [
    weight('conv/kernel', [3, 3, 4, 6], { learningRateScale: 0.3 }),
    weight('depthwise/depthwise_kernel', [3, 3, 4, 1], { learningRateScale: 0.3 }),
    weight('bn/gamma', [6], { decays: false }),
    weight('bn/moving_mean', [6], statistic),
    weight('bn/moving_variance', [6], statistic),
    weight('dense/kernel', [6, 5]),
    weight('dense/bias', [5], { decays: false }),
  ],
};

const sgd = { kind: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0 } as const;
const adam = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 0 } as const;
const optimizers: { name: string; optimizer: OptimizerSpec; clipNorm?: number }[] = [
  { name: 'SGD', optimizer: { ...sgd, momentum: 0 } },
  { name: 'SGD with weight decay', optimizer: { ...sgd, momentum: 0, weightDecay: 1e-2 } },
  { name: 'momentum', optimizer: sgd },
  { name: "Nesterov's momentum with weight decay", optimizer: { ...sgd, nesterov: true, weightDecay: 1e-2 } },
  { name: 'momentum, gradients clipped', optimizer: sgd, clipNorm: 0.5 },
  { name: 'momentum, gradients below the limit', optimizer: sgd, clipNorm: 1e3 },
  { name: 'Adam', optimizer: adam },
  { name: 'Adam with weight decay', optimizer: { ...adam, weightDecay: 1e-2 } },
  { name: 'AdamW', optimizer: { ...adam, kind: 'adamw', weightDecay: 1e-2 } },
  {
    name: 'AdamW, gradients clipped',
    optimizer: { ...adam, kind: 'adamw', weightDecay: 1e-2 },
    clipNorm: 0.5,
  },
];

describe.each(optimizers)('$name over three steps', ({ optimizer, clipNorm }) => {
  const graph = recordProgram(updateProgram(network, optimizer, clipNorm));
  const learningRate = Math.fround(0.01);
  const inverseWeight = 1 / 16;

  /** Everything a step takes that does not come from the step before. */
  const fresh = (step: number): Record<string, Float32Array> => {
    const scalars = { learningRate, inverseWeight, ...updateScalars(optimizer, step) };
    const given = Object.entries(scalars).map(([name, value]) => [name, Float32Array.of(value)] as const);
    const drawn = Object.entries(graph.inputs)
      .filter(([name]) => /^(gradient|statistic)/.test(name))
      .map(([name, { shape }], i) => [name, spread(sizeOf(shape), -1.3, 2.7, 100 * step + i)] as const);
    return { ...Object.fromEntries(given), ...Object.fromEntries(drawn) };
  };
  const start = Object.fromEntries(
    Object.entries(graph.inputs)
      .filter(([name]) => /^(weight|slot)/.test(name))
      .map(([name, { shape }], i) => [
        name,
        name.startsWith('slot') ? new Float32Array(sizeOf(shape)) : spread(sizeOf(shape), -0.4, 0.5, i + 1),
      ]),
  );
  const byFormula = () => {
    let state = asDoubles(start);
    for (const step of [1, 2, 3]) {
      const numbers = { step, learningRate, inverseWeight, clipNorm, statisticsMomentum: 0.9 };
      state = {
        ...state,
        ...updateByFormula(network, optimizer, { ...state, ...asDoubles(fresh(step)) }, numbers),
      };
    }
    return state;
  };

  it('is what the formulas say', () => {
    let state = asDoubles(start);
    for (const step of [1, 2, 3])
      state = { ...state, ...interpret(graph, { ...state, ...asDoubles(fresh(step)) }) };
    const expected = byFormula();
    expect(Object.keys(state).sort()).toEqual(Object.keys(expected).sort());
    for (const [name, values] of Object.entries(expected)) {
      // Adam's corrections come in as float32.
      expect(relativeError(state[name] ?? values.subarray(1), values), name).toBeLessThan(1e-7);
    }
  });

  it('is the same compiled', async () => {
    let state: Record<string, Float32Array> = start;
    for (const step of [1, 2, 3])
      state = { ...state, ...(await runLowered(graph, { ...state, ...fresh(step) })) };
    for (const [name, values] of Object.entries(byFormula())) {
      expect(relativeError(state[name] ?? new Float32Array(), values), name).toBeLessThan(1e-6);
    }
  });
});
