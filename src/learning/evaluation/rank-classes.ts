/** What a row of scores says: the class with the highest score, and where the right one stands. */
export interface RankedRow {
  /** The class with the highest score; of equal ones the first, as argmax gives. */
  predicted: number;
  /** Classes that are scored before the right one: 0 means it is predicted. */
  rankOfLabel: number;
}

/** Ranks one row of scores, float32 [classes]. */
export function rankRow(scores: Float32Array, label: number): RankedRow {
  const own = scores[label] as number;
  let predicted = 0;
  let rankOfLabel = 0;
  for (let k = 0; k < scores.length; k++) {
    const score = scores[k] as number;
    if (score > (scores[predicted] as number)) predicted = k;
    if (score > own || (score === own && k < label)) rankOfLabel++;
  }
  return { predicted, rankOfLabel };
}
