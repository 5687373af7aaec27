import { createRandom } from '../random.js';
import { hashBytes } from '../sha256.js';
import { isNeutral, type Augmentation } from './augmentation.js';

/** One way to vary one picture. */
export interface DrawnAugmentation {
  /** The part that is kept, in shares of the picture's width and height. */
  crop: { left: number; top: number; width: number; height: number };
  flip: boolean;
  /** Factors; 1 changes nothing. */
  brightness: number;
  contrast: number;
  saturation: number;
}

/**
 * Draws how a picture is varied. The same picture, view and seed give the same draw on every machine, whatever was
 * drawn before: so views can be cached, and a resumed training sees what an uninterrupted one does.
 *
 * @param picture what tells it from others: its digest where known, else its number.
 * @param view 0 is the plain picture.
 * @returns undefined for the plain picture.
 */
export function drawAugmentation(
  augmentation: Augmentation,
  picture: string,
  view: number,
  seed = 0,
): DrawnAugmentation | undefined {
  if (view === 0 || isNeutral(augmentation)) return undefined;
  const digest = hashBytes(JSON.stringify([seed, view, picture]));
  const random = createRandom(Number.parseInt(digest.slice(0, 8), 16));
  const between = (low: number, high: number) => low + (high - low) * random.next();
  const factor = (spread: number) => between(1 - spread, 1 + spread);
  const area = between(augmentation.minScale, 1);
  // Wider than this, the crop would not fit into the picture.
  const maxAspect = Math.min(augmentation.maxAspect, 1 / area);
  const aspect = Math.exp(between(-Math.log(maxAspect), Math.log(maxAspect)));
  const width = Math.min(1, Math.sqrt(area * aspect));
  const height = Math.min(1, Math.sqrt(area / aspect));
  return {
    crop: { left: between(0, 1 - width), top: between(0, 1 - height), width, height },
    flip: random.next() < augmentation.flip,
    brightness: factor(augmentation.brightness),
    contrast: factor(augmentation.contrast),
    saturation: factor(augmentation.saturation),
  };
}
