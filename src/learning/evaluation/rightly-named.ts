import { rankRow } from './rank-classes.js';

/** A classifier's scores of pictures, and which of them count. */
export interface NamedPictures {
  /** float32 [pictures, classes], row-major. */
  scores: Float32Array;
  /** int32 [pictures]. */
  labels: Int32Array;
  /** 1 where a picture must not count. */
  isNearDuplicate: Uint8Array;
  numClasses: number;
}

/** Whether each picture that counts gets its own class as the likeliest: 1 or 0, in the order of the pictures. */
export function rightlyNamed({ scores, labels, isNearDuplicate, numClasses }: NamedPictures): Uint8Array {
  const counted = [...labels.keys()].filter((picture) => isNearDuplicate[picture] !== 1);
  return Uint8Array.from(counted, (picture) => {
    const row = scores.subarray(picture * numClasses, (picture + 1) * numClasses);
    return rankRow(row, labels[picture] as number).rankOfLabel === 0 ? 1 : 0;
  });
}
