/** Adds numbers to others of the same count, in place. */
export function sumInto(sums: Float32Array, addends: Float32Array): void {
  for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + (addends[i] as number);
}
