/** What an epoch came to. */
export interface EpochRow {
  loss: number;
  /** Share of the validation pictures that the student names right; null where there are none. */
  accuracy: number | null;
}

/** How far a training has come: all that the rest of it depends on. */
export interface TrainingState {
  /** A row for each epoch that is done. */
  epochs: EpochRow[];
  /** Weights, moving averages and velocities, in the order of the student's own. */
  tensors: Float32Array[];
}

/** Another version of the strategy may keep another state. */
const mark = 'distillation/1';

/** A state as the bytes of a checkpoint. Numbers come back to the last bit. */
export function encodeState({ epochs, tensors }: TrainingState): Uint8Array {
  const encoded = tensors.map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
  );
  return new TextEncoder().encode(JSON.stringify({ mark, epochs, tensors: encoded }));
}

/**
 * A state from the bytes of a checkpoint; undefined where they are damaged, or of something else.
 *
 * @param lengths how many numbers each tensor has
 */
export function decodeState(bytes: Uint8Array, lengths: readonly number[]): TrainingState | undefined {
  try {
    const read = JSON.parse(new TextDecoder().decode(bytes)) as {
      mark: unknown;
      epochs: EpochRow[];
      tensors: string[];
    };
    if (read.mark !== mark) return undefined;
    const tensors = read.tensors.map(
      (text) => new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer),
    );
    const fits =
      tensors.length === lengths.length && tensors.every(({ length }, index) => length === lengths[index]);
    return fits ? { epochs: read.epochs, tensors } : undefined;
  } catch {
    return undefined;
  }
}
