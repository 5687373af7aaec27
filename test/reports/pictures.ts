import sharp from 'sharp';

/** A plain red picture. */
export function paintedPng(width = 12, height = 8): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: '#ff0000' } })
    .png()
    .toBuffer();
}

/** A picture of noise, which no compression makes small; the same every time. */
export function noisyPng(width: number, height: number): Promise<Buffer> {
  return sharp(noise(width * height * 3), { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** Noise of 256 colours, one byte a pixel by a palette; without the palette it takes more. */
export function colourfulPng(side: number): Promise<Buffer> {
  const colours = noise(256 * 3);
  const pixels = Buffer.alloc(side * side * 3);
  noise(side * side).forEach((colour, at) => {
    pixels.set(colours.subarray(colour * 3, colour * 3 + 3), at * 3);
  });
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .png({ palette: true, colours: 256, dither: 0, effort: 1 })
    .toBuffer();
}

function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 1;
  for (let index = 0; index < length; index++) {
    state = (state * 48271) % 2147483647;
    bytes[index] = state >> 8;
  }
  return bytes;
}
