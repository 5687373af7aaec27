import { describe, expect, it } from 'vitest';
import { loadTfjsLayers } from '../../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { filesInMemory } from '../../../src/learning/tfjs-layers/model-files.js';
import { writeLayerShards } from '../../../src/learning/tfjs-layers/write-layer-shards.js';
import { realModel, realModelFiles } from '../support/real-models.js';

describe('the strict loader reads a real model', () => {
  it('and derives its manifest', async () => {
    const { manifest } = await loadTfjsLayers(realModel('mobilenet_v2'));
    expect(manifest).toMatchObject({
      format: 'tfjs-layers',
      topology: 'Functional',
      input: {
        height: 224,
        width: 224,
        channels: 3,
        range: [0, 1],
        mean: [0, 0, 0],
        std: [1, 1, 1],
        resize: 'stretch',
        interpolation: 'bilinear',
      },
      inputSizes: { kind: 'pinned', height: 224, width: 224, pinnedBy: 'dense_1' },
      outputShape: [null, 5],
      labels: null,
      parameterCount: 2_619_461,
    });
    const boundaries = manifest.cutPoints.filter((cut) => cut.blockBoundary).map((cut) => cut.layer);
    expect(boundaries).toEqual(
      expect.arrayContaining(['expanded_conv_project_BN', 'block_2_add', 'block_16_project_BN', 'out_relu']),
    );
    // Inside a residual block, the shortcut crosses: no cut there.
    expect(manifest.cutPoints.map((cut) => cut.layer)).not.toContain('block_2_expand');
    expect(manifest.cutPoints.find((cut) => cut.layer === 'out_relu')).toEqual({
      layer: 'out_relu',
      outputShape: [null, 7, 7, 1280],
      parametersBefore: 2_257_984,
      blockBoundary: true,
    });
  });

  it('whose branches come together by concatenation', async () => {
    const { manifest } = await loadTfjsLayers(realModel('inception_v3'));
    const boundaries = manifest.cutPoints.filter((cut) => cut.blockBoundary).map((cut) => cut.layer);
    expect(boundaries).toEqual(expect.arrayContaining(['mixed0', 'mixed7', 'mixed10']));
    expect(manifest.cutPoints.map((cut) => cut.layer)).not.toContain('activation_20');
  });

  it('taking labels and preprocessing from the files of a hub, and lets the caller overrule them', async () => {
    const names = ['zero', 'one', 'two', 'three', 'four'];
    const files = filesInMemory([
      ...realModelFiles('mobilenet_v2'),
      {
        path: 'config.json',
        bytes: Buffer.from(JSON.stringify({ id2label: Object.fromEntries(names.entries()) })),
      },
      {
        path: 'preprocessor_config.json',
        bytes: Buffer.from(
          JSON.stringify({
            image_mean: [0.5, 0.5, 0.5],
            image_std: [0.5, 0.5, 0.5],
            resample: 3,
            do_center_crop: true,
          }),
        ),
      },
    ]);
    const found = await loadTfjsLayers(files);
    expect(found.manifest.labels).toEqual(names);
    expect(found.manifest.input).toMatchObject({
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
      interpolation: 'bicubic',
      resize: 'cover',
    });
    const overruled = await loadTfjsLayers(files, { labels: null, input: { resize: 'stretch' } });
    expect(overruled.manifest.labels).toBeNull();
    expect(overruled.manifest.input).toMatchObject({ resize: 'stretch', interpolation: 'bicubic' });
    // What was found travels in model.json.
    const again = await loadTfjsLayers(filesInMemory(writeLayerShards(found)));
    expect(again.manifest).toEqual(found.manifest);
  });

  it('and writes the same bytes every time, whatever its weights were packed in before', async () => {
    const first = writeLayerShards(await loadTfjsLayers(realModel('mobilenet_v2')));
    const second = writeLayerShards(await loadTfjsLayers(filesInMemory(first)));
    expect(second.map((file) => file.path)).toEqual(first.map((file) => file.path));
    second.forEach((file, i) =>
      expect(Buffer.compare(file.bytes, first[i]?.bytes ?? Buffer.alloc(0))).toBe(0),
    );
    expect(new Set(first.map((file) => file.path.toLowerCase())).size).toBe(first.length);
  });
});
