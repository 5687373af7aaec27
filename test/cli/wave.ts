/** Numbers in [-1, 1] that `fixtures/make-state-dict-fixtures.py` makes the same way. */
export function wave(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => Math.sin((index + 1) * (0.37 + 0.11 * seed)));
}
