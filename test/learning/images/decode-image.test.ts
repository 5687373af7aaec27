import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../src/learning/images/decode-image.js';
import type { InputSpec } from '../../../src/learning/model-manifest.js';

const spec: InputSpec = {
  height: 8,
  width: 12,
  channels: 3,
  range: [0, 1],
  mean: [0, 0, 0],
  std: [1, 1, 1],
  resize: 'stretch',
  interpolation: 'bilinear',
};

const red = { r: 255, g: 0, b: 0 };
const plain = (width: number, height: number, background: object, channels: 3 | 4 = 3) =>
  sharp({ create: { width, height, channels, background } });

/** The colour at a place, rounded to tens: JPEG is not exact. */
const at = (pixels: Uint8Array, row: number, column: number, width = 12, channels = 3) =>
  [...pixels.subarray((row * width + column) * channels, (row * width + column + 1) * channels)].map(
    (value) => Math.round(value / 10) * 10,
  );

describe('decodeImage', () => {
  it.each(['jpeg', 'png', 'webp', 'gif', 'tiff'] as const)('reads %s', async (format) => {
    const bytes = await plain(30, 20, red).toFormat(format).toBuffer();
    const pixels = await decodeImage(bytes, spec, 'x');
    expect(pixels.length).toBe(8 * 12 * 3);
    const [r = 0, g = 255, b = 255] = at(pixels, 4, 6);
    expect(r).toBeGreaterThanOrEqual(250);
    expect(Math.max(g, b)).toBeLessThanOrEqual(10);
  });

  it('turns a picture upright by its EXIF tag', async () => {
    // Left half red, right half blue, stored lying on its side: upright, red is on top.
    const halves = await plain(20, 20, { r: 0, g: 0, b: 255 })
      .composite([{ input: await plain(10, 20, red).png().toBuffer(), left: 0, top: 0 }])
      .jpeg({ chromaSubsampling: '4:4:4' })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const pixels = await decodeImage(halves, spec, 'x');
    expect(at(pixels, 1, 6)[0]).toBeGreaterThan(200);
    expect(at(pixels, 6, 6)[2]).toBeGreaterThan(200);
  });

  it('lays a transparent picture on white', async () => {
    const bytes = await plain(20, 20, { ...red, alpha: 0 }, 4)
      .png()
      .toBuffer();
    expect(at(await decodeImage(bytes, spec, 'x'), 4, 6)).toEqual([260, 260, 260]);
  });

  it('gives a grey picture three channels, and a coloured one to a grey network one', async () => {
    const grey = await plain(20, 20, { r: 100, g: 100, b: 100 }).toColourspace('b-w').png().toBuffer();
    expect(at(await decodeImage(grey, spec, 'x'), 4, 6)).toEqual([100, 100, 100]);
    const pixels = await decodeImage(
      await plain(20, 20, red).png().toBuffer(),
      { ...spec, channels: 1 },
      'x',
    );
    expect(pixels.length).toBe(8 * 12);
  });

  it('reads 16 bits per channel, and CMYK', async () => {
    const deep = await plain(20, 20, red).toColourspace('rgb16').png().toBuffer();
    expect(at(await decodeImage(deep, spec, 'x'), 4, 6)).toEqual([260, 0, 0]);
    const cmyk = await plain(20, 20, red).toColourspace('cmyk').jpeg().toBuffer();
    const [r = 0, g = 255, b = 255] = at(await decodeImage(cmyk, spec, 'x'), 4, 6);
    expect(r).toBeGreaterThan(180);
    expect(Math.max(g, b)).toBeLessThan(80);
  });

  it('crops the centre for `cover`, and stretches for `stretch`', async () => {
    // A wide picture: a red middle between black ends, which only `cover` loses.
    const wide = await plain(90, 20, { r: 0, g: 0, b: 0 })
      .composite([{ input: await plain(30, 20, red).png().toBuffer(), left: 30, top: 0 }])
      .png()
      .toBuffer();
    expect(at(await decodeImage(wide, { ...spec, resize: 'cover' }, 'x'), 4, 1)).toEqual([260, 0, 0]);
    expect(at(await decodeImage(wide, spec, 'x'), 4, 1)).toEqual([0, 0, 0]);
  });

  it.each([
    ['no picture', Buffer.from('hello')],
    ['nothing', Buffer.alloc(0)],
  ])('refuses %s by the name it was given', async (_, bytes) => {
    await expect(decodeImage(bytes, spec, 'shoes/7.jpg')).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
      message: expect.stringContaining('shoes/7.jpg') as string,
    });
  });

  it('refuses a picture that was cut off', async () => {
    const bytes = await plain(300, 200, red).jpeg().toBuffer();
    await expect(decodeImage(bytes.subarray(0, bytes.length / 2), spec, 'x')).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
    });
  });

  it('refuses a picture bomb without decoding it', async () => {
    // A PNG header that promises 60,000 × 60,000 pixels.
    const bytes = await plain(2, 2, red).png().toBuffer();
    bytes.writeUInt32BE(60_000, 16);
    bytes.writeUInt32BE(60_000, 20);
    await expect(decodeImage(bytes, spec, 'x')).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' });
  });
});
