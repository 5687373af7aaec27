import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { adjustColours } from '../../../src/learning/images/adjust-colours.js';
import {
  augmentations,
  augmentationSpec,
  isNeutral,
  type Augmentation,
} from '../../../src/learning/images/augmentation.js';
import { decodeImage } from '../../../src/learning/images/decode-image.js';
import { decodePictures } from '../../../src/learning/images/decode-pictures.js';
import { drawAugmentation, type DrawnAugmentation } from '../../../src/learning/images/draw-augmentation.js';
import type { InputSpec } from '../../../src/learning/model-manifest.js';
import { makePictures, sourceOf } from '../support/pictures.js';

const spec: InputSpec = {
  height: 24,
  width: 32,
  channels: 3,
  range: [0, 1],
  mean: [0, 0, 0],
  std: [1, 1, 1],
  resize: 'stretch',
  interpolation: 'bilinear',
};
const whole: DrawnAugmentation = {
  crop: { left: 0, top: 0, width: 1, height: 1 },
  flip: false,
  brightness: 1,
  contrast: 1,
  saturation: 1,
};
const { none, light, strong } = augmentations;

/** The presets, many pictures and views. */
const draws = (augmentation: Augmentation) =>
  Array.from({ length: 2000 }, (_, i) =>
    drawAugmentation(augmentation, `picture ${i % 50}`, 1 + (i % 40), 7),
  );

describe('drawAugmentation', () => {
  it('draws the same for the same picture, view and seed, and another for any other', () => {
    const draw = drawAugmentation(light, 'a', 1, 2);
    expect(drawAugmentation(light, 'a', 1, 2)).toEqual(draw);
    for (const other of [
      drawAugmentation(light, 'b', 1, 2),
      drawAugmentation(light, 'a', 2, 2),
      drawAugmentation(light, 'a', 1, 3),
    ]) {
      expect(other).not.toEqual(draw);
    }
  });

  it('leaves view 0 and the preset `none` plain', () => {
    expect(drawAugmentation(strong, 'a', 0)).toBeUndefined();
    expect(drawAugmentation(none, 'a', 3)).toBeUndefined();
    expect(isNeutral(none) && !isNeutral(light)).toBe(true);
  });

  it.each(['light', 'strong'] as const)('stays within the bounds of `%s` and uses them', (preset) => {
    const bounds = augmentationSpec.parse(augmentations[preset]);
    const drawn = draws(bounds).map((draw) => draw ?? whole);
    const areas = drawn.map(({ crop }) => crop.width * crop.height);
    for (const { crop } of drawn) {
      expect(Math.min(crop.left, crop.top)).toBeGreaterThanOrEqual(0);
      expect(Math.max(crop.left + crop.width, crop.top + crop.height)).toBeLessThanOrEqual(1 + 1e-9);
      expect(Math.max(crop.width / crop.height, crop.height / crop.width)).toBeLessThanOrEqual(
        bounds.maxAspect + 1e-9,
      );
    }
    expect(Math.min(...areas)).toBeGreaterThanOrEqual(bounds.minScale - 1e-9);
    expect(Math.min(...areas)).toBeLessThan(bounds.minScale + 0.05);
    expect(Math.max(...areas)).toBeGreaterThan(0.97);
    expect(drawn.filter(({ flip }) => flip).length / drawn.length).toBeCloseTo(0.5, 1);
    for (const factor of ['brightness', 'contrast', 'saturation'] as const) {
      const values = drawn.map((draw) => draw[factor]);
      expect(Math.min(...values)).toBeCloseTo(1 - bounds[factor], 1);
      expect(Math.max(...values)).toBeCloseTo(1 + bounds[factor], 1);
      expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(1, 1);
    }
  });
});

describe('decodeImage with a drawn augmentation', () => {
  // Four quarters: red, green / blue, white.
  const quarters = async () =>
    sharp({ create: { width: 64, height: 48, channels: 3, background: '#ffffff' } })
      .composite(
        (
          [
            ['#ff0000', 0, 0],
            ['#00ff00', 32, 0],
            ['#0000ff', 0, 24],
          ] as const
        ).map(([background, left, top]) => ({
          input: { create: { width: 32, height: 24, channels: 3 as const, background } },
          left,
          top,
        })),
      )
      .png()
      .toBuffer();
  const corners = (pixels: Uint8Array) =>
    [
      [0, 0],
      [0, 31],
      [23, 0],
      [23, 31],
    ].map(([row = 0, column = 0]) => [
      ...pixels.subarray((row * 32 + column) * 3, (row * 32 + column) * 3 + 3),
    ]);
  const [red, green, blue, white] = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 255],
  ];

  it('gives the plain picture for a draw that changes nothing', async () => {
    const bytes = await quarters();
    expect(await decodeImage(bytes, spec, 'x', whole)).toEqual(await decodeImage(bytes, spec, 'x'));
  });

  it('mirrors', async () => {
    const mirrored = await decodeImage(await quarters(), spec, 'x', { ...whole, flip: true });
    expect(corners(mirrored)).toEqual([green, red, white, blue]);
  });

  it.each([
    [{ left: 0, top: 0, width: 0.5, height: 0.5 }, red],
    [{ left: 0.5, top: 0, width: 0.5, height: 0.5 }, green],
    [{ left: 0, top: 0.5, width: 0.5, height: 0.5 }, blue],
    [{ left: 0.5, top: 0.5, width: 0.5, height: 0.5 }, white],
  ])('cuts out %j', async (crop, colour) => {
    const pixels = await decodeImage(await quarters(), spec, 'x', { ...whole, crop });
    expect(pixels.length).toBe(32 * 24 * 3);
    // The middle of the quarter: at its border the neighbours shine through.
    expect([...pixels.subarray((12 * 32 + 16) * 3, (12 * 32 + 16) * 3 + 3)]).toEqual(colour);
  });

  it.each(['stretch', 'cover'] as const)(
    'gives pictures of the right size for any draw (%s)',
    async (resize) => {
      const bytes = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#336699' } })
        .jpeg()
        .toBuffer();
      for (const draw of draws(strong).slice(0, 60)) {
        const pixels = await decodeImage(bytes, { ...spec, resize }, 'x', draw);
        expect(pixels.length).toBe(32 * 24 * 3);
      }
    },
  );

  it('varies a picture alike in every source that holds it', async () => {
    const pictures = await makePictures(3);
    const view = { augmentation: strong, view: 2 };
    const inOrder = await decodePictures(sourceOf(pictures), [0, 1, 2], spec, view);
    const reversed = await decodePictures(sourceOf([...pictures].reverse()), [2, 1, 0], spec, view);
    expect(reversed).toEqual(inOrder);
    expect(inOrder).not.toEqual(await decodePictures(sourceOf(pictures), [0, 1, 2], spec));
  });
});

describe('adjustColours', () => {
  const pixels = Uint8Array.from([10, 200, 90, 255, 0, 30]);
  const adjusted = (change: Partial<DrawnAugmentation>, channels = 3) => {
    const copy = pixels.slice();
    adjustColours(copy, channels, { ...whole, ...change });
    return [...copy];
  };
  const grey = (r: number, g: number, b: number) => 0.299 * r + 0.587 * g + 0.114 * b;

  it('multiplies for brightness, and stops at white', () => {
    expect(adjusted({ brightness: 1.5 })).toEqual([15, 255, 135, 255, 0, 45]);
  });

  it('moves towards the mean grey for contrast', () => {
    const mean = (grey(10, 200, 90) + grey(255, 0, 30)) / 2;
    expect(adjusted({ contrast: 0.5 })).toEqual([...pixels].map((value) => Math.round(value / 2 + mean / 2)));
  });

  it('moves towards each pixel’s grey for saturation', () => {
    const greys = [grey(10, 200, 90), grey(255, 0, 30)];
    expect(adjusted({ saturation: 0 })).toEqual(
      greys.flatMap((value) => Array<number>(3).fill(Math.round(value))),
    );
  });

  it('knows no saturation where there is one channel', () => {
    expect(adjusted({ saturation: 0.3 }, 1)).toEqual([...pixels]);
    expect(adjusted({ brightness: 0.5 }, 1)).toEqual([5, 100, 45, 128, 0, 15]);
  });
});
