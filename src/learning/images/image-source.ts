/** Pictures in a fixed order, each readable by itself: a data set's split, a folder, an upload. */
export interface ImageSource {
  count: number;
  /** The bytes of a picture's file (JPEG, PNG, WebP, …). */
  read(index: number): Promise<Uint8Array>;
  /** Hex digest of those bytes, where known: what cached features are found by. */
  sha256?(index: number): string;
  /** What to call the picture in messages. */
  label?(index: number): string;
}
