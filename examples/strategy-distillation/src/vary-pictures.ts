import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Random } from 'modelzoo/learning';
import type { TfWithLayers } from 'modelzoo/plugin';

/** How far pictures are moved at most, as a share of their size. */
const farthest = 1 / 8;

/**
 * A batch as it may have been seen as well: mirrored or not, moved a little, the edge mirrored into what comes free. A network that
 * starts from nothing and sees a few hundred pictures would learn them by heart otherwise. The whole batch varies alike, which
 * costs the least.
 */
export function varyPictures(tf: TfWithLayers, pictures: Tensor4D, random: Random): Tensor4D {
  const [, height, width] = pictures.shape;
  const [marginY, marginX] = [Math.floor(height * farthest), Math.floor(width * farthest)];
  const wide = tf.mirrorPad(
    pictures,
    [
      [0, 0],
      [marginY, marginY],
      [marginX, marginX],
      [0, 0],
    ],
    'reflect',
  );
  const from = [0, random.below(2 * marginY + 1), random.below(2 * marginX + 1), 0];
  const moved = tf.slice(wide, from, pictures.shape) as Tensor4D;
  return random.next() < 0.5 ? tf.reverse(moved, 2) : moved;
}
