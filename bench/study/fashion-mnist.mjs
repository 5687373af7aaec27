import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import sharp from 'sharp';

export const fashionClasses = [
  't-shirt',
  'trouser',
  'pullover',
  'dress',
  'coat',
  'sandal',
  'shirt',
  'sneaker',
  'bag',
  'ankle-boot',
];

const side = 28;

/**
 * The pictures of one part of Fashion-MNIST (`train` or `t10k`), from its IDX files, in their order.
 *
 * @see Xiao, Rasul and Vollgraf 2017, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms"
 */
export async function readFashionMnist(folder, part) {
  const read = async (name) => gunzipSync(await readFile(join(folder, `${part}-${name}.gz`)));
  const pixels = (await read('images-idx3-ubyte')).subarray(16);
  const labels = (await read('labels-idx1-ubyte')).subarray(8);
  return Array.from(labels, (label, index) => ({
    class: fashionClasses[label],
    name: `${part}-${String(index).padStart(5, '0')}.png`,
    bytes: () => asPng(pixels.subarray(index * side * side, (index + 1) * side * side)),
  }));
}

function asPng(pixels) {
  return sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
    .png({ compressionLevel: 1 })
    .toBuffer();
}
