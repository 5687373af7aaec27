/** The same numbers in double precision. */
export function asDoubles(tensors: Record<string, Float32Array>): Record<string, Float64Array> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, values]) => [name, Float64Array.from(values)]),
  );
}
