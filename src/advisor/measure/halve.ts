import { bestFirst, betterHalf, type Standing } from './better-half.js';

/** One of those that a halving compares. */
export interface Contestant {
  readonly parameterCount: number;
  /** Pictures that it was measured on last. */
  readonly pictures: number;
  /** The most pictures that it can be measured on. Known once it was started. */
  readonly limit: number;
  /** Null where nothing can be said of it yet. */
  readonly standing: Standing | null;
  /** Looks at it for the first time, for as little as tells how fast it is. False: it cannot take part. */
  start(): Promise<boolean>;
  /** Seconds until it is measured on so many pictures and done, by what was measured of it. Known once it was started. */
  secondsTo(pictures: number): number;
  /** The most pictures, up to a limit, that it is measured on within a time; 0 where that holds none. */
  picturesWithin(seconds: number, limit: number): number;
  /** Measures it. False: it turned out that it cannot take part. */
  measure(pictures: number): Promise<boolean>;
  /** Told where it was started and there is no time for more. */
  leave(): Promise<void>;
}

export interface HalvingInput<C extends Contestant> {
  /** Likely best first. */
  contestants: readonly C[];
  /** Pictures of each rung, growing; the last is all. */
  sizes: readonly number[];
  remainingSeconds(): number;
  /** Told of every rung that was measured, with those who stood on it. */
  onRung(pictures: number, contestants: readonly C[]): void;
  /** Told of each that does not go on, with the best of those that it was compared with. */
  onDropped(contestant: C, best: C): Promise<void>;
}

/** How far a halving came. Those that cannot take part are in neither list. */
export interface HalvingOutcome<C> {
  /** Best first: nobody dropped them, though the time may have ended before they saw all pictures. */
  last: C[];
  notReached: C[];
}

/** A rung that the time does not hold is climbed in part where that brings so many times the pictures. */
const leastGrowth = 1.25;

/**
 * Successive halving: all are measured on a few pictures, the better half on twice as many, and so on, until one is left or
 * all pictures are seen. A single one goes straight to the end. Nothing starts that the time left does not hold; where it
 * does not hold a whole rung, the best goes as far as it does.
 *
 * @see Jamieson & Talwalkar, "Non-stochastic Best Arm Identification and Hyperparameter Optimization", 2016
 */
export async function halve<C extends Contestant>(input: HalvingInput<C>): Promise<HalvingOutcome<C>> {
  const { sizes, remainingSeconds } = input;
  const all = sizes.at(-1) ?? 0;
  const { reached, notReached } = await firstRung(input, sizes[0] ?? 0);
  let standing = reached;
  const stopped: C[] = [];
  let pictures = sizes[0] ?? 0;
  while (pictures < all && standing.length > 0) {
    const stay = betterHalf(
      standing,
      (others, next) => secondsForAll([...others, next], all) <= remainingSeconds(),
    );
    for (const one of standing) {
      if (!stay.includes(one)) await input.onDropped(one, stay[0] as C);
    }
    pictures = stay.length === 1 ? all : (sizes.find((size) => size > pictures) ?? all);
    standing = [];
    const climbed: C[] = [];
    for (const one of stay) {
      const goal = goalOf(one, pictures, remainingSeconds(), one === stay[0]);
      if (goal > one.pictures) {
        if (!(await one.measure(goal))) continue;
        climbed.push(one);
      }
      (goal === pictures ? standing : stopped).push(one);
    }
    reportRung(input, climbed);
  }
  return { last: bestFirst([...standing, ...stopped]), notReached };
}

/**
 * All of them, in the order in which they were given; the first always starts. One that the time does not hold a whole rung
 * of makes way for those behind it, which may be quicker. Where it holds none of any, the one that it takes furthest is
 * measured on what it holds.
 */
async function firstRung<C extends Contestant>(
  input: HalvingInput<C>,
  pictures: number,
): Promise<{ reached: C[]; notReached: C[] }> {
  const { contestants, remainingSeconds } = input;
  const reached: C[] = [];
  const notReached: C[] = [];
  const tooSlow: C[] = [];
  let longest = { seconds: 0, parameterCount: 1 };
  for (const one of contestants) {
    const before = remainingSeconds();
    if (reached.length + tooSlow.length > 0 && before <= startSeconds(one, longest)) {
      notReached.push(one);
      continue;
    }
    if (!(await one.start())) continue;
    const seconds = before - remainingSeconds();
    if (seconds > longest.seconds) longest = { seconds, parameterCount: one.parameterCount };
    if (one.secondsTo(Math.min(pictures, one.limit)) > remainingSeconds()) tooSlow.push(one);
    else if (await one.measure(Math.min(pictures, one.limit))) reached.push(one);
  }
  const within = (one: C) => one.picturesWithin(remainingSeconds(), Math.min(pictures, one.limit));
  for (const one of tooSlow.toSorted((a, b) => within(b) - within(a))) {
    if (reached.length === 0) {
      if (await one.measure(Math.max(within(one), 1))) reached.push(one);
    } else {
      notReached.push(one);
      await one.leave();
    }
  }
  reportRung(input, reached);
  return { reached, notReached };
}

/** What starting one is expected to take: as long as the longest so far, or less where it is smaller. */
function startSeconds(
  { parameterCount }: Contestant,
  longest: { seconds: number; parameterCount: number },
): number {
  return longest.seconds * Math.min(1, parameterCount / Math.max(1, longest.parameterCount));
}

/** A rung has as many pictures as the one that saw most of them; others may have stopped before. */
function reportRung<C extends Contestant>({ onRung }: HalvingInput<C>, climbed: readonly C[]): void {
  const pictures = Math.max(0, ...climbed.map((one) => one.pictures));
  const together = climbed.filter((one) => one.pictures === pictures);
  if (together.length > 0) onRung(pictures, together);
}

/** Pictures to measure on, 0 for none: the rung's, or for the best what the time holds of them. */
function goalOf(one: Contestant, rung: number, remaining: number, isBest: boolean): number {
  const pictures = Math.min(rung, one.limit);
  if (one.secondsTo(pictures) <= remaining) return pictures;
  if (!isBest) return 0;
  const within = one.picturesWithin(remaining, pictures);
  return within >= leastGrowth * one.pictures ? within : 0;
}

const secondsForAll = (contestants: readonly Contestant[], pictures: number): number =>
  contestants.reduce((sum, one) => sum + one.secondsTo(pictures), 0);
