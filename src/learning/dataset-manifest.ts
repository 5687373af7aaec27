/** What a data-set version says of itself. */
export interface DatasetManifest {
  task: 'image-classification';
  /** Class names; a class's position is its label everywhere. */
  classes: string[];
  splits: Record<Split, SplitSummary>;
  /** `given` by the source's folders or table, or `stratified` by us under `seed`. */
  splitSource: 'given' | 'stratified';
  seed: number;
  /** Files that were left out, with the reason. The first 100; all of them stand in `report.json`. */
  rejected: RejectedFile[];
  rejectedCount: number;
  /** Pairs of pictures in different splits that look the same. The first 100; all of them stand in `report.json`. */
  nearDuplicates: NearDuplicate[];
  nearDuplicateCount: number;
}

/** train: what a strategy fits on. validation: what it may choose by. test: what only the evaluation sees. */
export type Split = 'train' | 'validation' | 'test';

/** How many pictures a split has. */
export interface SplitSummary {
  imageCount: number;
  /** In the order of `classes`. */
  perClass: number[];
}

export interface RejectedFile {
  path: string;
  /** Stable code, for example IMAGE_UNREADABLE. */
  code: string;
  reason: string;
}

export interface NearDuplicate {
  /** Path of the picture in the earlier split. */
  first: string;
  second: string;
  splits: [Split, Split];
  /** Bits of the 64-bit perceptual hash that differ. */
  distance: number;
  /** True when the two also have different classes. */
  labelsDiffer: boolean;
}

/** One picture, as a row of `index.json`. */
export interface IndexedImage {
  path: string;
  /** Position in `classes`. */
  label: number;
  split: Split;
  /** Digest of the picture file's bytes. */
  sha256: string;
  width: number;
  height: number;
  sizeBytes: number;
  /** Number of the tar shard that holds it, and where in the shard its bytes start. */
  shard: number;
  offset: number;
  /** True when it nearly equals a picture of an earlier split: left out of the headline evaluation. */
  nearDuplicate: boolean;
}

/** The content of `index.json`. */
export interface DatasetIndex {
  classes: string[];
  images: IndexedImage[];
  /** Paths of the shards within the version, by number. */
  shards: string[];
}
