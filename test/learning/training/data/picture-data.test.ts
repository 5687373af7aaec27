import { describe, expect, it } from 'vitest';
import { createOnnxSession } from '../../../../src/learning/engines/onnx-runtime.js';
import { augmentations } from '../../../../src/learning/images/augmentation.js';
import { decodeImage } from '../../../../src/learning/images/decode-image.js';
import { decodePictures } from '../../../../src/learning/images/decode-pictures.js';
import type { InputSpec } from '../../../../src/learning/model-manifest.js';
import { lowerNetwork } from '../../../../src/learning/onnx/lower-network.js';
import { PictureData } from '../../../../src/learning/training/data/picture-data.js';
import { smallNetwork } from '../../features/small-network.js';
import { makePictures, sourceOf } from '../../support/pictures.js';

const input: InputSpec = {
  height: 20,
  width: 30,
  channels: 3,
  range: [-1, 1],
  mean: [0.1, 0.2, 0.3],
  std: [0.5, 0.6, 0.7],
  resize: 'stretch',
  interpolation: 'bilinear',
};
const pictures = await makePictures(6);
const labels = Int32Array.of(0, 1, 0, 1, 0, 1);
const size = 20 * 30 * 3;

describe('PictureData', () => {
  it('gives pictures as the network takes them, in the order asked for', async () => {
    const data = new PictureData({ images: sourceOf(pictures), labels, input });
    expect([data.count, data.inputShape, data.views]).toEqual([6, [20, 30, 3], 1]);
    const values = await data.read([4, 1], 0);
    for (const [position, index] of [4, 1].entries()) {
      const pixels = await decodeImage(pictures[index] ?? Buffer.alloc(0), input, 'x');
      const expected = [...pixels].map(
        (pixel, i) => ((pixel / 255) * 2 - 1 - (input.mean[i % 3] ?? 0)) / (input.std[i % 3] ?? 1),
      );
      const row = values.subarray(position * size, (position + 1) * size);
      row.forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 5));
    }
  });

  it('gives a network the very numbers that it makes of pixels by itself', async () => {
    const { layers, manifest } = await smallNetwork();
    const spec: InputSpec = { ...manifest.input, range: [-1, 1], mean: input.mean, std: input.std };
    const taps = [{ layer: 'relu', pooling: 'flatten' } as const];
    const images = sourceOf(pictures);
    const results: Float32Array[][] = [];
    for (const [type, values] of [
      ['uint8', await decodePictures(images, [0, 1], spec)],
      ['float32', await new PictureData({ images, labels, input: spec }).read([0, 1], 0)],
    ] as const) {
      const session = await createOnnxSession(lowerNetwork(layers, spec, taps, type), 1);
      results.push(await session.run(values, [2, 32, 32, 3]));
      await session.dispose();
    }
    expect(results[1]).toEqual(results[0]);
  });

  it('decodes a plain picture once if all fit into memory', async () => {
    const images = sourceOf(pictures);
    const data = new PictureData({ images, labels, input, memoryBytes: 6 * size });
    const first = await data.read([0, 1, 2], 0);
    expect(await data.read([0, 1, 2], 5)).toEqual(first);
    await data.read([2, 3, 4, 5], 0);
    expect(images.reads).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('keeps nothing where pictures are varied: no view comes twice', async () => {
    const images = sourceOf(pictures);
    const data = new PictureData({ images, labels, input, augmentation: augmentations.light });
    expect(await data.read([0], 0)).toEqual(await data.read([0], 0));
    expect(images.reads[0]).toBe(2);
  });

  it('decodes again, to the same values, what does not fit', async () => {
    const images = sourceOf(pictures);
    const data = new PictureData({ images, labels, input, memoryBytes: 6 * size - 1 });
    expect(await data.read([0], 0)).toEqual(await data.read([0], 0));
    expect(images.reads[0]).toBe(2);
  });

  it('gives other pixels in every view, the plain picture in view 0, and the same for the same seed', async () => {
    const make = (seed: number) =>
      new PictureData({ images: sourceOf(pictures), labels, input, augmentation: augmentations.light, seed });
    const data = make(1);
    expect(data.views).toBe(Infinity);
    const plain = await new PictureData({ images: sourceOf(pictures), labels, input }).read([0], 0);
    const [zero, one, two] = [await data.read([0], 0), await data.read([0], 1), await data.read([0], 2)];
    expect(zero).toEqual(plain);
    expect(one).not.toEqual(plain);
    expect(two).not.toEqual(one);
    expect(await make(1).read([0], 1)).toEqual(one);
    expect(await make(2).read([0], 1)).not.toEqual(one);
  });

  it('may be asked for the next batch before it is done', async () => {
    const data = new PictureData({
      images: sourceOf(pictures),
      labels,
      input,
      augmentation: augmentations.strong,
    });
    const together = await Promise.all([data.read([0, 1], 1), data.read([2, 3], 1), data.read([0, 1], 1)]);
    expect(together[0]).toEqual(await data.read([0, 1], 1));
    expect(together[2]).toEqual(together[0]);
    expect(together[1]).not.toEqual(together[0]);
  });

  it('stops when aborted, and names the picture that cannot be decoded', async () => {
    const images = sourceOf([...pictures.slice(0, 2), Buffer.from('no picture')]);
    const data = new PictureData({ images, labels: Int32Array.of(0, 0, 1), input });
    await expect(data.read([0, 2], 0)).rejects.toMatchObject({ details: { image: 'picture-2.jpg' } });
    await expect(data.read([0], 0, AbortSignal.abort(new Error('cancelled')))).rejects.toThrow('cancelled');
  });
});
