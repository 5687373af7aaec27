import { parseArgs } from 'node:util';

const text = { type: 'string' };

/**
 * What the commands of this folder are told: where pictures and networks come from, and which part of the work to do.
 *
 * @param more options of one command alone, as `parseArgs` takes them
 */
export function readArguments(more = {}) {
  const { values } = parseArgs({
    options: {
      ...more,
      clothing: text,
      'fashion-mnist': text,
      emoji: text,
      'clip-art': text,
      digits: text,
      'efficientnet-lite0': text,
      work: text,
      seeds: { type: 'string', default: '1,2,3' },
      only: text,
      networks: text,
    },
  });
  const { clothing, 'fashion-mnist': fashionMnist, emoji, 'clip-art': clipArt, digits, work } = values;
  const wheel = values['efficientnet-lite0'];
  if (!clothing || !fashionMnist || !emoji || !clipArt || !digits || !wheel || !work) {
    throw new Error('every source and --work name a folder or file; see bench/README.md');
  }
  const chosenBy = (list) => (one) => list?.split(',').includes(one.name) ?? true;
  return {
    values,
    sources: { clothing, fashionMnist, emoji, clipArt, digits },
    wheel,
    workFolder: work,
    seeds: values.seeds.split(',').map(Number),
    isChosenDataset: chosenBy(values.only),
    isChosenNetwork: chosenBy(values.networks),
  };
}
