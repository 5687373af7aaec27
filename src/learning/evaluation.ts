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
  /** What a linear classifier on the frozen base model does on the same pictures; null where there was none to compare with. */
  baseline: Baseline | null;
  /** Time that the model takes for one picture; null where it was not measured. */
  latency: Latency | null;
}

/** The simplest thing that could have been done instead, and whether the classifier is better than it by more than luck. */
export interface Baseline {
  /** `linear-probe`: softmax regression on features of the frozen base model, layer and C by cross-validation. */
  name: string;
  /** Layer whose output the features are. */
  layer: string;
  accuracy: number;
  /** Accuracy of the classifier less that of the baseline, in [-1, 1]. */
  difference: number;
  /** 95 % bootstrap interval of the difference, over pairs (2,000 resamples under a fixed seed). */
  differenceInterval: [low: number, high: number];
  /** Two-sided mid-p McNemar test of no difference. */
  pValue: number;
  /** Better or worse where the p-value is below 0.05. */
  verdict: 'BETTER' | 'INDISTINGUISHABLE' | 'WORSE';
}

/** One picture at a time, decoding not included, milliseconds on the machine that evaluated. */
export interface Latency {
  medianMs: number;
  /** Nine in ten pictures take no longer. */
  p90Ms: number;
}
