/** How a fitted classifier did on pictures it never saw. Fractions are in [0, 1]. */
export interface Evaluation {
  split: 'test' | 'validation';
  /** Pictures the headline numbers are over; near-duplicates of training pictures are not among them. */
  imageCount: number;
  excludedNearDuplicates: number;
  accuracy: number;
  /** 95 % bootstrap interval of the accuracy (percentile method, 2,000 resamples under a fixed seed). */
  accuracyInterval: [low: number, high: number];
  /** Null with five classes or fewer. */
  top5Accuracy: number | null;
  /** Mean over classes of their recall. */
  balancedAccuracy: number;
  macroF1: number;
  classes: string[];
  /** In the order of `classes`. Null where a class has no test picture or was never predicted. */
  perClass: {
    class: string;
    imageCount: number;
    precision: number | null;
    recall: number | null;
    f1: number | null;
  }[];
  /** `confusion[actual][predicted]` counts. */
  confusion: number[][];
  /** Expected calibration error, 15 bins; null where the classifier gives no probabilities. */
  calibrationError: number | null;
}
