/**
 * Labelled examples of one split as a network or a tail takes them: decoded pictures, or the cached output of a frozen
 * prefix.
 */
export interface TrainingData {
  count: number;
  /** int32 [count], positions in the data set's classes. */
  labels: Int32Array;
  /** Without the batch. */
  inputShape: number[];
  /**
   * How many different augmented views of a picture there are: 1 without augmentation; the number of cached views where
   * a prefix is frozen; Infinity where pictures are augmented as they are decoded.
   */
  views: number;
  /**
   * Reads examples, in the order asked for. May be called again before it is done: what comes next is prepared meanwhile.
   *
   * @param view which view of each; 0 is the plain picture. Where views are fewer, `view % views` is read.
   * @returns float32 [indices.length, …inputShape].
   * @throws ZooError IMAGE_UNREADABLE; `signal.reason` when aborted
   */
  read(indices: readonly number[], view: number, signal?: AbortSignal): Promise<Float32Array>;
}
