import { describe, expect, it } from 'vitest';
import { classify } from '../../../src/learning/features/classify.js';
import { extractFeatures } from '../../../src/learning/features/extract-features.js';
import { createFeatureExtractor } from '../../../src/learning/features/feature-extractor.js';
import { decodeImage } from '../../../src/learning/images/decode-image.js';
import { composeBackbone } from '../../../src/learning/tfjs-layers/compose-classifier.js';
import { loadTfjsLayers } from '../../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { filesInMemory } from '../../../src/learning/tfjs-layers/model-files.js';
import { makePictures, sourceOf } from '../support/pictures.js';
import { loadWithPlainTfjs, plainTfjs } from '../support/tfjs.js';
import { smallNetwork } from './small-network.js';

const tf = await plainTfjs();
const pictures = await makePictures(10);

describe('extractFeatures', () => {
  it.each([
    { range: [0, 1], mean: [0], std: [1] },
    { range: [-1, 1], mean: [0], std: [1] },
    { range: [0, 1], mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
    { range: [0, 255], mean: [103.9, 116.8, 123.7], std: [1] },
  ] as const)('prepares pixels as the model says: $range, $mean, $std', async ({ range, mean, std }) => {
    const files = composeBackbone(await smallNetwork(), 'pool').files;
    const model = await loadTfjsLayers(filesInMemory(files), {
      input: { range: [...range], mean: [...mean], std: [...std] },
    });
    const extractor = await createFeatureExtractor({
      model,
      cuts: [{ layer: 'pool', pooling: 'average' }],
      threads: 1,
    });
    const [features] = await extractFeatures(extractor, sourceOf(pictures.slice(0, 2)));
    await extractor.dispose();

    const { input } = model.manifest;
    const decoded = await Promise.all(pictures.slice(0, 2).map((bytes) => decodeImage(bytes, input, 'x')));
    const values = Float32Array.from(
      decoded.flatMap((pixels) => [...pixels]),
      (pixel, i) =>
        ((pixel / 255) * (range[1] - range[0]) + range[0] - (mean[i % mean.length] ?? 0)) /
        (std[i % std.length] ?? 1),
    );
    const plain = await loadWithPlainTfjs(files);
    const expected = await (
      plain.predict(tf.tensor(values, [2, 32, 32, 3])) as ReturnType<typeof tf.tensor>
    ).data();
    features?.data.forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 3));
  });

  it('gives the same rows for any batch size and number of threads', async () => {
    const model = await smallNetwork();
    const cuts = [{ layer: 'relu', pooling: 'flatten' } as const];
    const results = [];
    for (const [threads, batchSize] of [
      [1, 10],
      [2, 3],
      [1, 1],
    ] as const) {
      const extractor = await createFeatureExtractor({ model, cuts, threads });
      const [features] = await extractFeatures(extractor, sourceOf(pictures), { batchSize });
      await extractor.dispose();
      results.push(features?.data);
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it('reports progress up to the last picture', async () => {
    const extractor = await createFeatureExtractor({
      model: await smallNetwork(),
      cuts: [{ layer: 'pool', pooling: 'average' }],
      threads: 1,
    });
    const seen: number[][] = [];
    await extractFeatures(extractor, sourceOf(pictures), {
      batchSize: 4,
      progress: (...step) => seen.push(step),
    });
    await extractor.dispose();
    expect(seen).toEqual([
      [4, 10],
      [8, 10],
      [10, 10],
    ]);
  });

  it('names the picture that cannot be decoded', async () => {
    const extractor = await createFeatureExtractor({
      model: await smallNetwork(),
      cuts: [{ layer: 'pool', pooling: 'average' }],
      threads: 1,
    });
    const source = sourceOf([...pictures.slice(0, 3), Buffer.from('not a picture'), ...pictures.slice(3)]);
    await expect(extractFeatures(extractor, source, { batchSize: 2 })).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
      details: { image: 'picture-3.jpg' },
    });
    await extractor.dispose();
  });

  it('stops when aborted', async () => {
    const extractor = await createFeatureExtractor({
      model: await smallNetwork(),
      cuts: [{ layer: 'pool', pooling: 'average' }],
      threads: 1,
    });
    const controller = new AbortController();
    const source = sourceOf(pictures);
    const stopped = extractFeatures(extractor, source, {
      batchSize: 1,
      signal: controller.signal,
      progress: () => controller.abort(new Error('cancelled')),
    });
    await expect(stopped).rejects.toThrow('cancelled');
    expect(source.reads.filter((reads) => reads > 0).length).toBeLessThan(10);
    await extractor.dispose();
  });

  it('refuses a cut that the model does not have', async () => {
    const made = createFeatureExtractor({
      model: await smallNetwork(),
      cuts: [{ layer: 'nowhere', pooling: 'average' }],
      threads: 1,
    });
    await expect(made).rejects.toMatchObject({ code: 'MODEL_CUT_UNKNOWN' });
  });
});

describe('classify', () => {
  it('gives the scores plain tfjs gives for the same pixels', async () => {
    const model = await smallNetwork();
    const scores = await classify({ model, images: sourceOf(pictures), threads: 1, batchSize: 4 });
    expect([scores.rows, scores.featureDim]).toEqual([10, 4]);
    const { files } = composeBackbone(model, 'top');
    const decoded = await Promise.all(pictures.map((bytes) => decodeImage(bytes, model.manifest.input, 'x')));
    const values = Float32Array.from(
      decoded.flatMap((pixels) => [...pixels]),
      (pixel) => pixel / 255,
    );
    const plain = await loadWithPlainTfjs(files);
    const expected = await (
      plain.predict(tf.tensor(values, [10, 32, 32, 3])) as ReturnType<typeof tf.tensor>
    ).data();
    scores.data.forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 4));
  });
});
