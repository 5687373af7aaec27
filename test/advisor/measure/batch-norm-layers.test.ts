import { beforeAll, describe, expect, it } from 'vitest';
import { batchNormLayers } from '../../../src/advisor/measure/batch-norm-layers.js';
import { profileCuts } from '../../../src/advisor/measure/profile-cuts.js';
import { readNsfwjsBackbone } from '../../../src/cli/starters/nsfwjs-backbone.js';
import { createFeatureExtractor } from '../../../src/learning/features/feature-extractor.js';
import { createRandom } from '../../../src/learning/random.js';
import { loadTfjsLayers } from '../../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { filesInMemory } from '../../../src/learning/tfjs-layers/model-files.js';
import type { LoadedModel } from '../../../src/learning/tfjs-layers/network.js';

const size = 96;
let inception: LoadedModel;

beforeAll(async () => {
  const input = { height: size, width: size };
  inception = await loadTfjsLayers(filesInMemory(await readNsfwjsBackbone('inception-v3')), { input });
});

describe('a network of blocks with branches', () => {
  it('is looked at inside of its branches, at all depths of the profile', () => {
    const cuts = profileCuts(inception.manifest);
    const found = batchNormLayers(inception, cuts);
    const cutPoints = new Set(inception.manifest.cutPoints.map(({ layer }) => layer));
    expect(found.length).toBeGreaterThanOrEqual(cuts.length - 1);
    expect(found.filter(({ layer }) => !cutPoints.has(layer)).length).toBeGreaterThan(4);
    const depths = found.map(({ depth }) => depth);
    expect(depths).toEqual([...depths].sort((a, b) => a - b));
    expect(depths.at(-1)).toBeGreaterThan(0.3);
    for (const { gamma, beta } of found) expect(gamma).toHaveLength(beta.length);
  });

  it('gives out of a branch what the concatenation behind it holds of it', async () => {
    const block = inception.layers.find(({ name }) => name === 'mixed0');
    const branches = block?.inbound ?? [];
    const extractor = await createFeatureExtractor({
      model: inception,
      cuts: [{ layer: 'mixed0', pooling: 'average' }],
      watched: branches,
      threads: 1,
    });
    try {
      const random = createRandom(1);
      const pixels = Uint8Array.from({ length: size * size * 3 }, () => 256 * random.next());
      const [whole, ...parts] = await extractor.run(pixels, 1);
      expect(branches.length).toBeGreaterThan(2);
      const joined = parts.flatMap((part) => [...part]);
      expect(joined).toHaveLength(whole?.length ?? 0);
      for (const [channel, value] of joined.entries()) expect(value).toBeCloseTo(whole?.[channel] ?? NaN, 5);
    } finally {
      await extractor.dispose();
    }
  });

  it('can still be cut at no branch', async () => {
    const layer = inception.layers.find(({ name }) => name === 'mixed0')?.inbound[0] ?? '';
    const cuts = [{ layer, pooling: 'average' as const }];
    await expect(createFeatureExtractor({ model: inception, cuts, threads: 1 })).rejects.toMatchObject({
      code: 'MODEL_CUT_UNKNOWN',
    });
  });
});
