import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { DatasetManifest } from '../../src/learning/dataset-manifest.js';
import { tarOf, zipOf, zipWith, type Files } from './archives.js';
import { classFolders, jpegPicture, picture } from './pictures.js';
import { useImports } from './use-imports.js';

const { importing } = useImports();

const rejectionsOf = ({ rejected }: DatasetManifest) => rejected.map(({ path, code }) => [path, code]);

/** One bit a pixel: 900 million pixels in a hundred kilobytes. */
function whitePng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.byteLength, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  const rows = deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * height));
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('files that cannot be used', () => {
  it('are left out with code and reason, the rest is kept', async () => {
    const files: Files = await classFolders(['a', 'b'], 4);
    const whole = await jpegPicture(500, { width: 200, height: 200 });
    const png = await picture(501, { width: 200, height: 200 });
    files['a/cut.jpg'] = whole.subarray(0, whole.byteLength * 0.6);
    files['a/cut.png'] = png.subarray(0, png.byteLength * 0.6);
    files['a/text.jpg'] = 'not a picture at all';
    files['a/empty.png'] = '';
    files['a/drawing.svg'] = '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>';
    files['b/tiny.png'] = await picture(502, { width: 7, height: 64 });
    files['b/huge.jpg'] = await jpegPicture(503, { width: 300, height: 300, quality: 60 });
    files['b/heavy.png'] = Buffer.concat([png, Buffer.alloc(200_000)]);
    files['b/page.html'] = '<html></html>';
    const { manifest, index } = await importing(await tarOf(files), {
      pictureLimits: { maxPixels: 50_000, maxBytes: 150_000 },
    });
    expect(rejectionsOf(manifest)).toEqual([
      ['a/cut.jpg', 'IMAGE_UNREADABLE'],
      ['a/cut.png', 'IMAGE_UNREADABLE'],
      ['a/drawing.svg', 'IMAGE_FORMAT_UNSUPPORTED'],
      ['a/empty.png', 'IMAGE_FORMAT_UNSUPPORTED'],
      ['a/text.jpg', 'IMAGE_FORMAT_UNSUPPORTED'],
      ['b/heavy.png', 'IMAGE_TOO_LARGE'],
      ['b/huge.jpg', 'IMAGE_TOO_LARGE'],
      ['b/tiny.png', 'IMAGE_TOO_SMALL'],
    ]);
    expect(manifest.rejected.find(({ path }) => path === 'b/huge.jpg')?.reason).toContain('300 × 300');
    expect(manifest.rejectedCount).toBe(8);
    expect(index.images).toHaveLength(8);
  });

  it('include picture bombs, which are recognised by their header', async () => {
    const bomb = whitePng(30_000, 30_000);
    expect(bomb.byteLength).toBeLessThan(200_000);
    const files = { ...(await classFolders(['a', 'b'], 3)), 'a/bomb.png': bomb };
    const { manifest } = await importing(zipOf(files));
    expect(rejectionsOf(manifest)).toEqual([['a/bomb.png', 'IMAGE_TOO_LARGE']]);
  });

  it('include those damaged within a zip, by size and by checksum', async () => {
    const entries = Object.entries(await classFolders(['a', 'b'], 3)).map(([name, content]) => ({
      name,
      content,
    }));
    const archive = zipWith([
      ...entries,
      { name: 'a/sum.png', content: await picture(600), declared: { crc32: 1 } },
      { name: 'a/size.png', content: await picture(601), method: 'deflated', declared: { sizeBytes: 100 } },
    ]);
    const { manifest } = await importing(archive);
    expect(rejectionsOf(manifest)).toEqual([
      ['a/size.png', 'IMAGE_UNREADABLE'],
      ['a/sum.png', 'IMAGE_UNREADABLE'],
    ]);
  });

  it('fail the import only where a class has too few pictures left', async () => {
    const files: Files = {
      ...(await classFolders(['a', 'b'], 3)),
      'c/1.png': 'no',
      'c/2.png': 'no',
      'c/3.png': await picture(9),
    };
    await expect(importing(await tarOf(files))).rejects.toMatchObject({
      code: 'DATASET_CLASS_TOO_SMALL',
      message: expect.stringMatching(/"c" \(one picture\).*2 files could not be used: "c\/1.png"/),
    });
  });

  it('fail the import where a given split loses a class', async () => {
    const files: Files = await classFolders(['a', 'b'], 3, { prefix: 'train/' });
    Object.assign(files, { 'test/a/1.png': await picture(60), 'test/b/1.png': 'no' });
    await expect(importing(await tarOf(files))).rejects.toMatchObject({
      code: 'DATASET_CLASS_TOO_SMALL',
      message: expect.stringMatching(/"b" \(no usable picture left in test\)/),
    });
  });

  it('include exact copies within a class, and every copy where their classes differ', async () => {
    const files: Files = await classFolders(['a', 'b'], 4);
    files['a/copy.png'] = files['a/0.png'] ?? '';
    files['a/unclear.png'] = await picture(70);
    files['b/unclear.png'] = files['a/unclear.png'];
    const { manifest } = await importing(await tarOf(files));
    expect(rejectionsOf(manifest)).toEqual([
      ['a/copy.png', 'IMAGE_DUPLICATE'],
      ['a/unclear.png', 'IMAGE_LABELS_DIFFER'],
      ['b/unclear.png', 'IMAGE_LABELS_DIFFER'],
    ]);
    expect(manifest.rejected[0]?.reason).toContain('"a/0.png"');
  });

  it('do not include pictures that are merely unusual', async () => {
    const frames = [1, 2].map((seed) => picture(seed, { width: 32, height: 32 }));
    const animated = await sharp(await Promise.all(frames), { join: { animated: true } })
      .gif()
      .toBuffer();
    const plain = sharp(await picture(3));
    const files: Files = { ...(await classFolders(['a'], 2, { firstSeed: 90 })), 'b/animated.gif': animated };
    files['b/grey.png'] = await plain.clone().greyscale().png().toBuffer();
    files['b/alpha.webp'] = await sharp(await picture(4))
      .ensureAlpha(0.5)
      .webp()
      .toBuffer();
    files['b/cmyk.jpg'] = await sharp(await picture(5))
      .toColourspace('cmyk')
      .jpeg()
      .toBuffer();
    files['b/deep.tiff'] = await sharp(await picture(6))
      .toColourspace('rgb16')
      .tiff()
      .toBuffer();
    files['b/modern.avif'] = await sharp(await picture(7))
      .avif()
      .toBuffer();
    files['b/turned.jpg'] = await sharp(await picture(8))
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    files['b/no-extension'] = await picture(9);
    const { manifest, index } = await importing(await tarOf(files));
    expect(manifest.rejected).toEqual([]);
    const shapes = Object.fromEntries(index.images.map(({ path, width, height }) => [path, [width, height]]));
    expect(shapes).toMatchObject({
      'b/animated.gif': [32, 32],
      'b/turned.jpg': [48, 64],
      'b/grey.png': [64, 48],
    });
  });
});
