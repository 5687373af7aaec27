import { z } from 'zod';

/**
 * How much pictures are varied in training, so that a network sees fewer of them twice: a random part of the picture,
 * mirrored or not, with changed light and colours. Nothing is rotated: turning a picture before it is cropped costs as
 * much as decoding it.
 *
 * @see Howard, "Some Improvements on Deep Convolutional Neural Network Based Image Classification", 2013, section 2
 * (crops, mirroring; contrast, brightness and colour)
 * @see Szegedy et al., "Going Deeper with Convolutions", 2015, section 6 (area and aspect ratio of the crop)
 */
export const augmentationSpec = z.strictObject({
  minScale: z.number().gt(0).max(1).describe('smallest share of the area that a crop keeps; 1: the whole'),
  maxAspect: z
    .number()
    .min(1)
    .max(4)
    .describe('how far a crop may be stretched, as width to height; 1: never'),
  flip: z.number().min(0).max(1).describe('share of pictures that are mirrored, left to right'),
  brightness: z.number().min(0).lt(1).describe('brightness is multiplied by 1 plus or minus at most this'),
  contrast: z.number().min(0).lt(1).describe('contrast is multiplied by 1 plus or minus at most this'),
  saturation: z.number().min(0).lt(1).describe('saturation is multiplied by 1 plus or minus at most this'),
});

export type Augmentation = z.output<typeof augmentationSpec>;

/** How training pictures vary: not at all; mirrored, cropped a little, light and colours changed a little; the same and cropped hard. */
export type AugmentationPreset = 'none' | 'light' | 'strong';

/**
 * - `none`: the picture as it is.
 * - `light`, for fine-tuning on few pictures: most of the picture stays in view. Light as fastai's `aug_transforms` has
 *   it (`max_lighting` 0.2), whose zoom of up to 1.1 is a little milder than these crops.
 * - `strong`, for training from scratch or for long: colours as in He et al., crops down to a third, as fastai's guides
 *   use on pretrained networks; 8 %, as for ImageNet, often leaves nothing of the object.
 *
 * @see Howard & Gugger, "fastai: A Layered API for Deep Learning", 2020, section 4 (`aug_transforms`, `RandomResizedCrop`)
 * @see He et al., "Bag of Tricks for Image Classification with Convolutional Neural Networks", 2019, section 2.1
 */
export const augmentations: Readonly<Record<AugmentationPreset, Augmentation>> = {
  none: { minScale: 1, maxAspect: 1, flip: 0, brightness: 0, contrast: 0, saturation: 0 },
  light: { minScale: 0.6, maxAspect: 4 / 3, flip: 0.5, brightness: 0.2, contrast: 0.2, saturation: 0.2 },
  strong: { minScale: 0.35, maxAspect: 4 / 3, flip: 0.5, brightness: 0.4, contrast: 0.4, saturation: 0.4 },
};

/** Part of the keys of whatever is computed from augmented pictures: raise it when the same draw gives other pixels. */
export const augmentationVersion = 1;

/** Whether pictures stay as they are, whatever is drawn. */
export function isNeutral(augmentation: Augmentation): boolean {
  const { minScale, flip, brightness, contrast, saturation } = augmentation;
  // A crop that keeps the whole area has no room to be stretched in.
  return minScale === 1 && flip === 0 && brightness === 0 && contrast === 0 && saturation === 0;
}
