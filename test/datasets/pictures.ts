import sharp, { type Sharp } from 'sharp';

/**
 * A picture that resembles no other: a coloured pattern drawn from the seed, as PNG. Pictures of different seeds are as
 * different as photographs of different things.
 */
export async function picture(seed: number, { width = 64, height = 48 } = {}): Promise<Buffer> {
  return drawn(seed, width, height).png().toBuffer();
}

export async function jpegPicture(
  seed: number,
  { width = 64, height = 48, quality = 90 } = {},
): Promise<Buffer> {
  return drawn(seed, width, height).jpeg({ quality }).toBuffer();
}

function drawn(seed: number, width: number, height: number): Sharp {
  const random = randomNumbers(seed);
  const coarse = Buffer.from(Array.from({ length: 6 * 6 * 3 }, () => Math.floor(random() * 256)));
  return sharp(coarse, { raw: { width: 6, height: 6, channels: 3 } }).resize(width, height, {
    fit: 'fill',
    kernel: 'cubic',
  });
}

/** `classes` × `perClass` different pictures under `prefix/class/number.png`. */
export async function classFolders(
  classes: string[],
  perClass: number,
  { prefix = '', firstSeed = 1 } = {},
): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {};
  for (const [position, name] of classes.entries()) {
    for (let index = 0; index < perClass; index += 1) {
      files[`${prefix}${name}/${index}.png`] = await picture(firstSeed + position * 1000 + index);
    }
  }
  return files;
}

/** mulberry32, by Tommy Ettinger (public domain). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
