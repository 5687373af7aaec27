import { z } from 'zod';
import { ZooError } from '../../errors.js';
import type { DatasetIndex, DatasetManifest, Split } from '../../learning/dataset-manifest.js';

const count = z.int().min(0);
const splitName = z.enum(['train', 'validation', 'test']);
const splitSummary = z.object({ imageCount: count, perClass: z.array(count) });

const manifestSchema = z.object({
  task: z.literal('image-classification'),
  classes: z.array(z.string().min(1)).min(2),
  splits: z.object({ train: splitSummary, validation: splitSummary, test: splitSummary }),
  splitSource: z.enum(['given', 'stratified']),
  seed: z.int(),
  rejected: z.array(z.object({ path: z.string(), code: z.string(), reason: z.string() })).max(100),
  rejectedCount: count,
  nearDuplicates: z
    .array(
      z.object({
        first: z.string(),
        second: z.string(),
        splits: z.tuple([splitName, splitName]),
        distance: z.int().min(0).max(64),
        labelsDiffer: z.boolean(),
      }),
    )
    .max(100),
  nearDuplicateCount: count,
});

/**
 * Holds a data set's manifest, as the process of an import reports it, to the index it wrote: the index decides on classes
 * and counts.
 *
 * @throws ZooError JOB_RESULT_INVALID
 */
export function checkDatasetManifest(reported: unknown, index: DatasetIndex): DatasetManifest {
  const parsed = manifestSchema.safeParse(reported);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`its ${issue?.path.join('.') || 'content'} is not as expected: ${issue?.message ?? ''}`);
  }
  const manifest = parsed.data;
  if (manifest.classes.join('\0') !== index.classes.join('\0'))
    throw invalid('its classes are not those of the index');
  for (const split of ['train', 'validation', 'test'] as const) {
    const counted = countSplit(index, split);
    const claimed = manifest.splits[split];
    if (claimed.imageCount !== counted.imageCount || claimed.perClass.join() !== counted.perClass.join()) {
      throw invalid(`its ${split} split has ${claimed.imageCount} pictures, the index ${counted.imageCount}`);
    }
  }
  return manifest;
}

function countSplit({ images, classes }: DatasetIndex, split: Split): DatasetManifest['splits'][Split] {
  const perClass = classes.map(() => 0);
  for (const image of images) {
    if (image.split !== split) continue;
    if (image.label >= classes.length)
      throw invalid(`its index has a picture of class ${image.label}, which it does not name`);
    perClass[image.label] = (perClass[image.label] ?? 0) + 1;
  }
  return { imageCount: perClass.reduce((sum, each) => sum + each, 0), perClass };
}

function invalid(why: string): ZooError {
  return new ZooError('JOB_RESULT_INVALID', `The data set that the job made does not hold: ${why}.`);
}
