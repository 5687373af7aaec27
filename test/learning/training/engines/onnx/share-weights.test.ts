import { describe, expect, it } from 'vitest';
import { shareWeights } from '../../../../../src/learning/training/engines/onnx/share-weights.js';
import type {
  TrainableNetwork,
  TrainableWeight,
} from '../../../../../src/learning/training/trainable-network.js';

const weight = (name: string, size: number, trained = true): TrainableWeight => ({
  name,
  layer: name,
  shape: [size],
  value: new Float32Array(size),
  trained,
  isStatistic: false,
  learningRateScale: 1,
  decays: false,
});

const network = (...weights: TrainableWeight[]): TrainableNetwork => ({
  layers: [],
  inputShape: [1],
  numClasses: 2,
  weights,
  batchNormalization: 'frozen',
});

const trainedNames = ({ weights }: TrainableNetwork) =>
  weights.filter(({ trained }) => trained).map(({ name }) => name);

describe('shareWeights', () => {
  it('gives every trained weight to one replica, and all about as many numbers', () => {
    const whole = network(weight('a', 90), weight('b', 50), weight('frozen', 500, false), weight('c', 45));
    const shares = shareWeights(whole, 2).map(trainedNames);
    expect(shares).toEqual([['a'], ['b', 'c']]);
    expect(trainedNames(whole)).toEqual(['a', 'b', 'c']);
  });

  it('leaves replicas without weights where there are too few', () => {
    expect(shareWeights(network(weight('a', 3)), 3).map(trainedNames)).toEqual([['a'], [], []]);
  });
});
