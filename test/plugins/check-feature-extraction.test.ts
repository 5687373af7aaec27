import { describe, expect, it } from 'vitest';
import { candidateLayers } from '../../src/learning/cuts/candidate-layers.js';
import featureExtraction from '../../src/plugins/feature-extraction-svm/index.js';
import type { DataSummary } from '../../src/plugins/contract.js';
import type { ModelManifest } from '../../src/learning/model-manifest.js';
import { makeData, makeManifest } from './manifests.js';

function check(
  parameters: Record<string, unknown> = {},
  base: ModelManifest = makeManifest(),
  data: DataSummary = makeData([10, 10]),
): { path: string; message: string }[] {
  return featureExtraction.check(base, data, featureExtraction.parameters.parse(parameters));
}

describe('feature-extraction-svm', () => {
  it('accepts a model and data that go together', () => {
    expect(check()).toEqual([]);
    expect(check({ layer: 'block1_add', pooling: 'flatten', inputSize: 64 })).toEqual([]);
  });

  it('accepts one training picture in a class', () => {
    expect(check({}, makeManifest(), makeData([1, 40]))).toEqual([]);
  });

  it('gives every reason at once', () => {
    const base = makeManifest({
      input: { ...makeManifest().input, channels: 4 },
      inputSizes: { kind: 'pinned', height: 32, width: 32, pinnedBy: 'fc1' },
    });
    const problems = check({ layer: 'block2_uot', inputSize: 64 }, base, makeData([5, 0, 0], 0));
    expect(problems).toEqual([
      {
        path: 'baseVersionId',
        message:
          'The base model takes pictures with 4 channels; pictures have 1 (grey) or 3 (red, green, blue). Choose a model with 1 or 3 input channels.',
      },
      {
        path: 'datasetVersionId',
        message:
          'Classes "class 1", "class 2" have no training picture; every class needs at least 1. Add pictures or drop the class.',
      },
      {
        path: 'datasetVersionId',
        message:
          'The data set has no test pictures, so the result could not be evaluated. Publish a version with a test split.',
      },
      {
        path: 'parameters.inputSize',
        message:
          'inputSize is 64; layer fc1 of the base model accepts pictures of exactly 32 × 32. Leave inputSize out.',
      },
      {
        path: 'parameters.layer',
        message:
          'layer is "block2_uot", which is no layer of the base model. Did you mean block2_out or block2_pad?',
      },
    ]);
  });

  it('refuses fewer than two classes', () => {
    expect(check({}, makeManifest(), makeData([9]))[0]?.message).toBe(
      'The data set has 1 class; a classifier needs at least 2.',
    );
  });

  it('tells a layer beside which other tensors pass from one that is not there', () => {
    expect(check({ layer: 'block1_skip' })[0]?.message).toBe(
      'layer is "block1_skip", after which the network cannot be cut, because other tensors pass beside it. The next cut point is block1_add.',
    );
    expect(check({ layer: 'zzz' })[0]?.message).toBe(
      'layer is "zzz", which is no layer of the base model. Layers near the end: block2_out, pool, head.',
    );
  });

  it('refuses an input smaller than the layers accept', () => {
    const base = makeManifest({ inputSizes: { kind: 'any', minimumHeight: 48, minimumWidth: 20 } });
    expect(check({ inputSize: 32 }, base)[0]?.message).toBe(
      'inputSize is 32; the base model accepts 48 or more.',
    );
  });

  it('refuses flattened features that would not fit, counting the input size in', () => {
    const data = makeData([60_000, 60_000]);
    expect(check({ layer: 'block1_add', pooling: 'flatten' }, makeManifest(), data)).toEqual([]);
    expect(check({ layer: 'block1_add', pooling: 'flatten', inputSize: 128 }, makeManifest(), data)).toEqual([
      {
        path: 'parameters.pooling',
        message:
          '32768 features for each of 120000 training pictures take 14.6 GiB; at most 4 GiB are accepted. Use pooling "average", or cut at a later layer.',
      },
    ]);
  });

  it('refuses a model that cannot be cut', () => {
    expect(check({}, makeManifest({ cutPoints: [] }))[0]?.path).toBe('baseVersionId');
  });
});

describe('the layers compared when none is named', () => {
  const names = (base: ModelManifest, pooling: 'average' | 'flatten' = 'average') =>
    candidateLayers(base, pooling).map(({ layer }) => layer);

  it('are the last of each resolution, deepest first, without padding', () => {
    expect(names(makeManifest())).toEqual(['block2_out', 'block1_add']);
  });

  it('are the deepest alone when flattened', () => {
    expect(names(makeManifest(), 'flatten')).toEqual(['block2_out']);
  });

  it('are the last one before the head where nothing has a height and width', () => {
    const { cutPoints } = makeManifest();
    expect(names(makeManifest({ cutPoints: cutPoints.slice(3) }))).toEqual(['pool']);
  });
});
