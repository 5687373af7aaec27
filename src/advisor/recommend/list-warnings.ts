import type { Unranked, MeasuredModel } from './measured-model.js';
import { bytes, grouped, plural } from './in-words.js';

/** Fewer training pictures in a class than this, and cross-validation hardly says anything of it. */
const fewPictures = 5;
/** Test pictures below which an accuracy moves by points with each of them. */
const fewTestPictures = 50;
const strongImbalance = 10;

/** What speaks against trusting a candidate's numbers, or against running it. */
export function listWarnings(
  { input, model, isLearned }: MeasuredModel,
  { peakMemoryBytes }: Pick<Unranked, 'peakMemoryBytes'>,
): string[] {
  const { dataset } = input.measurements;
  const { memoryBytes } = input.machine;
  const testPictures = input.data.splits.test.imageCount;
  return [
    isLearned
      ? ''
      : 'No linear probe of this model tells the classes apart by more than chance: expect no more than naming the largest class gives.',
    model.pictures < dataset.train
      ? `Measured on ${grouped(model.pictures)} of ${grouped(dataset.train)} training pictures. ${model.reason ?? ''}`.trim()
      : '',
    dataset.perClass.smallest < fewPictures
      ? `The smallest class has ${plural(dataset.perClass.smallest, 'training picture')}: what cross-validation says of it is hardly more than a guess.`
      : '',
    dataset.imbalance > strongImbalance
      ? `The largest class has ${grouped(dataset.imbalance)} times the pictures of the smallest: accuracy says little of small classes.`
      : '',
    testPictures < fewTestPictures
      ? `There ${testPictures === 1 ? 'is' : 'are'} ${plural(testPictures, 'test picture')}: the accuracy that is measured in the end is uncertain by itself.`
      : '',
    memoryBytes !== undefined && peakMemoryBytes !== null && peakMemoryBytes > memoryBytes
      ? `It needs about ${bytes(peakMemoryBytes)} of memory, and jobs here may take ${bytes(memoryBytes)}.`
      : '',
  ].filter((warning) => warning !== '');
}
