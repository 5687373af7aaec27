type Numbers = Float32Array | Float64Array;

/** ‖actual − expected‖ / ‖expected‖ in the L2 norm; of several tensors, of all of them as one vector. */
export function relativeError(actual: Numbers | Numbers[], expected: Numbers | Numbers[]): number {
  const [own, other] = [asList(actual), asList(expected)];
  let difference = 0;
  let norm = 0;
  other.forEach((values, i) => {
    const found = own[i];
    if (found?.length !== values.length)
      throw new Error(`${found?.length} values instead of ${values.length}`);
    values.forEach((value, j) => {
      difference += ((found[j] ?? NaN) - value) ** 2;
      norm += value ** 2;
    });
  });
  // Something where nothing should be is not excused by a norm of zero.
  return norm === 0 ? Math.sqrt(difference) : Math.sqrt(difference / norm);
}

export function norm(values: Numbers): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}

const asList = (values: Numbers | Numbers[]): Numbers[] => (Array.isArray(values) ? values : [values]);
