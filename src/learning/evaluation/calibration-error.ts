const bins = 15;

/**
 * Expected calibration error: how far the stated probability of the predicted class is from how often it is right, over
 * 15 equal bins of the probability, weighted by their pictures.
 *
 * @param confidences probability of the predicted class, per picture, in [0, 1]
 * @param isRight 1 where the prediction was right, else 0
 * @see Guo et al., "On Calibration of Modern Neural Networks", 2017, equation 3
 */
export function expectedCalibrationError(confidences: Float64Array, isRight: Uint8Array): number {
  const confidence = new Float64Array(bins);
  const right = new Float64Array(bins);
  confidences.forEach((value, picture) => {
    // Bins are (0, 1/15], (1/15, 2/15] …, as in the paper.
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(value * bins) - 1));
    confidence[bin] = (confidence[bin] as number) + value;
    right[bin] = (right[bin] as number) + (isRight[picture] as number);
  });
  // |B|/n · |accuracy(B) − confidence(B)|: the size of the bin cancels.
  return (
    right.reduce((sum, count, bin) => sum + Math.abs(count - (confidence[bin] as number)), 0) /
    confidences.length
  );
}
