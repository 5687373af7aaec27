import { createRandom, shuffle } from '../../../random.js';
import { deriveSeed, stream } from '../../derive-seed.js';

/**
 * How often pictures of a class of n pictures are drawn: in proportion to n (`instance-balanced`: every picture once an
 * epoch), to √n (`square-root`), or as often as those of any other class (`class-balanced`).
 */
export type Sampling = 'instance-balanced' | 'square-root' | 'class-balanced';

/** One epoch: which pictures, in which order, and for the how-manieth time. */
export interface EpochOrder {
  /** int32 [pictures of an epoch], rows of the data. */
  rows: Int32Array;
  /** int32 [pictures of an epoch]: how often the row came before, over all epochs. Decides the augmented view. */
  passes: Int32Array;
}

/**
 * Lays down the order of every epoch as a function of seed and epoch alone, so that training can go on anywhere without
 * replaying what came before. An epoch has as many draws as there are pictures, whatever the sampling.
 *
 * Each class is an endless sequence of passes over its pictures, every pass in another random order; an epoch takes the
 * next stretch of each. So a large class that is drawn from less than once an epoch is still seen whole before a
 * picture of it comes again, and a small class repeats all its pictures equally often.
 *
 * @see Kang et al., "Decoupling representation and classifier for long-tailed recognition", ICLR 2020, equation 1
 */
export function createSampleOrder(
  labels: Int32Array,
  numClasses: number,
  sampling: Sampling,
  seed: number,
): (epoch: number) => EpochOrder {
  const groups = sampling === 'instance-balanced' ? [[...labels.keys()]] : rowsByClass(labels, numClasses);
  const draws = shareDraws(
    groups.map((rows) => rows.length),
    sampling === 'class-balanced' ? 0 : sampling === 'square-root' ? 0.5 : 1,
  );
  return (epoch) => {
    const drawn: { row: number; pass: number }[] = [];
    groups.forEach((group, which) => {
      const perEpoch = draws[which] ?? 0;
      let pass = -1;
      let order: number[] = [];
      for (let at = epoch * perEpoch; at < (epoch + 1) * perEpoch; at++) {
        if (Math.floor(at / group.length) !== pass) {
          pass = Math.floor(at / group.length);
          order = shuffle([...group], createRandom(deriveSeed(seed, stream.classOrder, which, pass)));
        }
        drawn.push({ row: order[at % group.length] ?? 0, pass });
      }
    });
    shuffle(drawn, createRandom(deriveSeed(seed, stream.epochOrder, epoch)));
    return {
      rows: Int32Array.from(drawn, ({ row }) => row),
      passes: Int32Array.from(drawn, ({ pass }) => pass),
    };
  };
}

/** Of the classes that have pictures. */
function rowsByClass(labels: Int32Array, numClasses: number): number[][] {
  const rows: number[][] = Array.from({ length: numClasses }, () => []);
  labels.forEach((label, row) => rows[label]?.push(row));
  return rows.filter((list) => list.length > 0);
}

/** Deals as many draws as there are pictures to classes, in proportion to size^exponent, by largest remainders. */
function shareDraws(sizes: number[], exponent: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const weights = sizes.map((size) => size ** exponent);
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const exact = weights.map((weight) => (total * weight) / sum);
  const draws = exact.map(Math.floor);
  const left = total - draws.reduce((all, draw) => all + draw, 0);
  const remainder = (at: number) => (exact[at] ?? 0) - (draws[at] ?? 0);
  const byRemainder = [...sizes.keys()].sort((a, b) => remainder(b) - remainder(a) || a - b);
  for (const at of byRemainder.slice(0, left)) draws[at] = (draws[at] ?? 0) + 1;
  return draws;
}
