import sharp from 'sharp';
import type { Random } from '../../../learning/random.js';

/** Height and width of every picture, pixels. */
export const pictureSize = 40;

const colours = [
  [220, 40, 40],
  [40, 80, 220],
  [40, 180, 60],
  [235, 210, 40],
  [200, 50, 200],
  [40, 200, 210],
  [240, 130, 20],
  [245, 245, 245],
] as const;

/** Whether a point, in radii from the centre, lies inside. */
const shapes: ((x: number, y: number) => boolean)[] = [
  (x, y) => x * x + y * y < 1,
  (x, y) => Math.abs(x) < 0.3 || Math.abs(y) < 0.3,
  (x, y) => Math.abs(x) < 0.85 && Math.abs(y) < 0.85,
  (x, y) => y > -0.8 && y < 0.8 && Math.abs(x) < (y + 0.8) / 1.6,
  (x, y) => x * x + y * y < 1 && x * x + y * y > 0.4,
];

/** As many classes as can be told apart: every colour with every shape. */
export const mostClasses = colours.length * shapes.length;

/** Name of a class, as a folder of pictures would say it. */
export const className = (label: number): string => `class-${String(label + 1).padStart(2, '0')}`;

/**
 * A picture of one class as a PNG file: a shape of the class's colour, somewhere, on a grey ground with some noise.
 * Neighbouring classes differ in colour and shape, so that a few classes are easy.
 */
export async function drawPicture(label: number, random: Random): Promise<Buffer> {
  const colour = colours[label % colours.length] ?? colours[0];
  const isInside = shapes[(label + Math.floor(label / colours.length)) % shapes.length] ?? (() => true);
  const radius = pictureSize * (0.3 + 0.12 * random.next());
  const centreX = pictureSize * (0.4 + 0.2 * random.next());
  const centreY = pictureSize * (0.4 + 0.2 * random.next());
  const ground = 60 + 60 * random.next();
  const slope = 60 * (random.next() - 0.5);
  const pixels = Buffer.alloc(pictureSize * pictureSize * 3);
  for (let y = 0; y < pictureSize; y++) {
    for (let x = 0; x < pictureSize; x++) {
      const inside = Math.abs(x - centreX) < radius && Math.abs(y - centreY) < radius;
      const painted = inside && isInside((x - centreX) / radius, (y - centreY) / radius);
      const light = ground + slope * (x / pictureSize - 0.5);
      const noise = 24 * (random.next() - 0.5);
      for (let channel = 0; channel < 3; channel++) {
        const value = (painted ? (colour[channel] ?? 0) : light) + noise;
        pixels[(y * pictureSize + x) * 3 + channel] = Math.max(0, Math.min(255, Math.round(value)));
      }
    }
  }
  return sharp(pixels, { raw: { width: pictureSize, height: pictureSize, channels: 3 } })
    .png()
    .toBuffer();
}
