/** Numbers that look random and are the same for the same seed, on every machine. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number in [0, limit). */
  below(limit: number): number;
}

/**
 * A small, fast generator with 128 bits of state.
 *
 * @see Blackman & Vigna, "Scrambled Linear Pseudorandom Number Generators", 2021 (xoshiro128**)
 * @see Steele, Lea & Flood, "Fast splittable pseudorandom number generators", 2014 (SplitMix, which spreads the seed)
 */
export function createRandom(seed: number): Random {
  let spread = seed | 0;
  const mix = () => {
    spread = (spread + 0x9e3779b9) | 0;
    let z = spread;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  };
  let [a, b, c, d] = [mix(), mix(), mix(), mix()];
  const rotate = (value: number, by: number) => (value << by) | (value >>> (32 - by));
  const nextBits = () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result >>> 0;
  };
  const next = () => nextBits() / 2 ** 32;
  return { next, below: (limit) => Math.floor(next() * limit) };
}

/**
 * A number from the normal distribution of mean 0 and deviation 1.
 *
 * @see Box & Muller, "A note on the generation of random normal deviates", 1958
 */
export function drawNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

/** Puts a list in random order, in place. */
export function shuffle<T extends { [index: number]: unknown; length: number }>(list: T, random: Random): T {
  for (let last = list.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const kept = list[last];
    list[last] = list[other];
    list[other] = kept;
  }
  return list;
}
