import { describe, expect, it } from 'vitest';
import { loadTfjsLayers } from '../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { filesInMemory } from '../../src/learning/tfjs-layers/model-files.js';
import { starters } from '../../src/cli/starters/starters.js';
import { hashBytes } from '../../src/learning/sha256.js';
import { learnedKnowledge } from '../../src/advisor/recommend/learned-knowledge.js';
import { weightsDigest } from '../../src/zoo/models/weights-digest.js';
import { readCard } from '../../src/zoo/cards/front-matter.js';

describe.each([
  { name: 'mobilenet-v2', size: 224, output: [null, 7, 7, 1280], parameters: 2_257_984, last: 'out_relu' },
  { name: 'inception-v3', size: 299, output: [null, 8, 8, 2048], parameters: 21_802_784, last: 'mixed10' },
])('the starter $name', ({ name, size, output, parameters, last }) => {
  const starter = starters.find((each) => each.name === name);

  it('is a whole backbone without the moderation classifier', async () => {
    const files = (await starter?.read(new Uint8Array())) ?? [];
    const { manifest } = await loadTfjsLayers(filesInMemory(files));
    expect(manifest.outputShape).toEqual(output);
    expect(manifest.parameterCount).toBe(parameters);
    expect(manifest.layers.at(-1)?.name).toBe(last);
    expect(manifest.labels).toBeNull();
    expect(manifest.input).toMatchObject({
      height: size,
      width: size,
      range: [0, 1],
      mean: [0, 0, 0],
      std: [1, 1, 1],
    });
    expect(manifest.inputSizes.kind).toBe('any');
    expect(manifest.cutPoints.filter((cut) => cut.blockBoundary).length).toBeGreaterThan(5);
  });

  it('is known to the advisor from its study, whatever its model.json says', async () => {
    const files = (await starter?.read(new Uint8Array())) ?? [];
    const hashed = files.map(({ path, bytes }) => ({
      path,
      sha256: path === 'model.json' ? '0'.repeat(64) : hashBytes(bytes),
    }));
    const digest = weightsDigest(hashed) ?? '';
    expect(learnedKnowledge.networks.studied[digest]?.name).toBe(name);
    expect(weightsDigest(hashed.filter(({ path }) => path === 'model.json'))).toBeUndefined();
  });

  it('gives the same files every time', async () => {
    const [first, second] = [await starter?.read(new Uint8Array()), await starter?.read(new Uint8Array())];
    expect(first?.map(({ path }) => path)).toEqual(second?.map(({ path }) => path));
    expect(
      first?.every(({ bytes }, index) => Buffer.from(bytes).equals(second?.[index]?.bytes ?? Buffer.of())),
    ).toBe(true);
  });
});

describe('the cards of the starters', () => {
  it.each(starters)(
    'say licence, task and origin of $name in front matter that the zoo reads',
    ({ card }) => {
      const { license, task, tags, data } = readCard(card);
      expect(['mit', 'apache-2.0']).toContain(license);
      expect(task).toBe('image-classification');
      expect(tags).toContain('backbone');
      expect(data['library_name']).toBe('tfjs');
      expect(card).toContain('## Where it comes from');
    },
  );
});
