import type { OptimizerSpec } from '../../../../src/learning/training/engines/training-engine.js';
import type { TrainableNetwork } from '../../../../src/learning/training/trainable-network.js';
import { norm } from './relative-error.js';

/** State and gradients by the programs' names. */
type Tensors = Record<string, Float64Array>;

/** Numbers of one step. */
export interface UpdateNumbers {
  step: number;
  learningRate: number;
  /** 1 / Σ targets. */
  inverseWeight: number;
  clipNorm?: number;
  /** Of batch normalisation. */
  statisticsMomentum: number;
}

/**
 * One step of an optimizer written out number by number from its paper, in double precision. Programs hold their constants as
 * float32, so those are rounded first: what is left is the arithmetic.
 *
 * @see Sutskever et al. 2013, equations 1–4; Kingma & Ba 2015, algorithm 1; Loshchilov & Hutter 2019, algorithm 2;
 *   Pascanu et al. 2013, algorithm 1
 */
export function updateByFormula(
  network: TrainableNetwork,
  optimizer: OptimizerSpec,
  tensors: Tensors,
  numbers: UpdateNumbers,
): Tensors {
  const get = (name: string) => tensors[name] ?? new Float64Array();
  const trained = network.weights.filter((weight) => weight.trained);
  const gradientNorm =
    numbers.inverseWeight * norm(Float64Array.from(trained, ({ name }) => norm(get(`gradient/${name}`))));
  const clip = numbers.clipNorm === undefined ? 1 : Math.min(1, Math.fround(numbers.clipNorm) / gradientNorm);
  const result: Tensors = { gradientNorm: Float64Array.of(gradientNorm) };

  for (const { name, decays, learningRateScale } of trained) {
    const weight = get(`weight/${name}`).slice();
    const rate = numbers.learningRate * Math.fround(learningRateScale);
    const decay = decays ? Math.fround(optimizer.weightDecay) : 0;
    const slots = slotNames(optimizer).map((slot) => get(`slot/${slot}/${name}`).slice());
    for (let i = 0; i < weight.length; i++) {
      const gradient = (get(`gradient/${name}`)[i] ?? NaN) * numbers.inverseWeight * clip;
      weight[i] = moveOne(optimizer, weight[i] ?? NaN, gradient, rate, decay, slots, i, numbers.step);
    }
    result[`weight/${name}`] = weight;
    slotNames(optimizer).forEach((slot, i) => (result[`slot/${slot}/${name}`] = slots[i] ?? weight));
  }
  for (const { name, layer, isStatistic } of network.weights) {
    if (!isStatistic || network.batchNormalization !== 'training') continue;
    const moment = name.endsWith('mean') ? 'mean' : 'variance';
    const batch = get(`statistic/${layer}/${moment}`);
    const [keep, take] = [
      Math.fround(numbers.statisticsMomentum),
      Math.fround(1 - numbers.statisticsMomentum),
    ];
    result[`weight/${name}`] = get(`weight/${name}`).map((old, i) => keep * old + take * (batch[i] ?? NaN));
  }
  return result;
}

function slotNames(optimizer: OptimizerSpec): string[] {
  if (optimizer.kind === 'sgd') return optimizer.momentum === 0 ? [] : ['momentum'];
  return ['firstMoment', 'secondMoment'];
}

/** The weight afterwards; its slots are changed in place. */
function moveOne(
  optimizer: OptimizerSpec,
  weight: number,
  gradient: number,
  rate: number,
  decay: number,
  [first, second]: Float64Array[],
  i: number,
  step: number,
): number {
  const slope = optimizer.kind === 'adamw' ? gradient : gradient + decay * weight;
  if (optimizer.kind === 'sgd') {
    if (first === undefined) return weight - rate * slope;
    const momentum = Math.fround(optimizer.momentum);
    const velocity = momentum * (first[i] ?? NaN) - rate * slope;
    first[i] = velocity;
    return optimizer.nesterov ? weight + momentum * velocity - rate * slope : weight + velocity;
  }
  if (first === undefined || second === undefined) throw new Error('Adam has two moments');
  const { beta1, beta2, epsilon } = optimizer;
  const m = Math.fround(beta1) * (first[i] ?? NaN) + Math.fround(1 - beta1) * slope;
  const v = Math.fround(beta2) * (second[i] ?? NaN) + Math.fround(1 - beta2) * slope * slope;
  first[i] = m;
  second[i] = v;
  const [mean, square] = [m / (1 - beta1 ** step), v / (1 - beta2 ** step)];
  const kept = optimizer.kind === 'adamw' ? weight - rate * decay * weight : weight;
  return kept - (rate * mean) / (Math.sqrt(square) + Math.fround(epsilon));
}
