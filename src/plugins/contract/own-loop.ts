/** Labelled pictures of one split as a network takes them, for a loop of one's own. */
export interface LabelledPictures {
  /** How many there are. */
  count: number;
  /** int32 [count], positions in `classes`. */
  labels: Int32Array;
  /** Pixels of a picture as it is read. */
  height: number;
  width: number;
  channels: number;
  /**
   * Some of them, in the order asked for, decoded, resized and scaled as the base takes its pictures; not varied. What was
   * decoded is kept as far as memory suffices. Await every read before `fit` returns: once the job's fit is over, reading fails.
   *
   * @returns float32 [indices.length, height, width, channels].
   * @throws ZooError IMAGE_UNREADABLE; `signal.reason` when the job is aborted
   */
  read(indices: readonly number[]): Promise<Float32Array>;
}
