/**
 * What a study has taught about the strategies: all numbers of a recommendation that are neither measured on the asker's
 * pictures nor in the track record. Data, written by `bench/advisor/fit-knowledge.mjs`.
 */
export interface Knowledge {
  /** Where the numbers come from, in words. */
  source: string;
  /** By family: see `strategyFamily`. */
  accuracy: Readonly<Record<string, AccuracyKnowledge>>;
  networks: NetworkKnowledge;
  scenario: ScenarioThresholds;
  cost: CostKnowledge;
}

/** What networks are worth from one data set to another. */
export interface NetworkKnowledge {
  /** Standard deviation of a network's worth beside others, from one data set to another: of a probe, in log-odds. */
  spread: number;
  /**
   * Networks that the study measured, by the digest of their weights' files (see `weightsDigest`), with the accuracy of the
   * best probe on each of its data sets and the training pictures of that.
   */
  studied: Readonly<
    Record<
      string,
      { name: string; probes: Readonly<Record<string, readonly [accuracy: number, pictures: number]>> }
    >
  >;
}

/** What may tell how much a strategy gains over the linear probe. */
export const gainFeatures = [
  /** Log-odds of the probe's accuracy at its best cut. */
  'probe',
  /** log2 of the median number of training pictures of a class. */
  'picturesPerClass',
  /** Probe accuracy at its best cut minus that at the deepest. */
  'lateGap',
  /** Accuracy that the last doubling of the pictures brought the probe. */
  'gainPerDoubling',
  'batchNormShift',
  /** Log-odds of the nearest neighbours' accuracy at the best cut. */
  'nearestNeighbours',
  /** Shrinkage H-score there over the most it can be, the number of classes less one. */
  'hScore',
  'logMe',
] as const;

export type GainFeature = (typeof gainFeatures)[number];

/**
 * Test accuracy of a family beside the probe, all in log-odds: accuracy = probe + `gain` + Σ coefficient · (feature − mean)
 * / scale + `networks`. A feature that was not measured counts as its mean.
 */
export interface AccuracyKnowledge {
  /** Runs that it rests on, their data sets, and the domains that these come from. */
  runs: number;
  datasets: number;
  domains: number;
  /** Mean gain in accuracy over the probe in those runs; for the sentences, no part of the formula. */
  meanGain: number;
  gain: number;
  coefficients: Readonly<Partial<Record<GainFeature, { mean: number; scale: number; coefficient: number }>>>;
  /** What jobs on a network of the study gained besides, by the digest of its weights; nothing is known of others. */
  networks?: Readonly<Record<string, number>>;
  /** Standard deviation of what is left on domains that the fit had not seen, without the noise of probe and test pictures. */
  spread: number;
  /** The same for networks that are not among `networks`. */
  spreadOfUnknown: number;
  /** 10 % and 90 % quantiles of what is left, in standard deviations of all of it. */
  low: number;
  high: number;
}

/** Where one scenario ends and the next begins. */
export interface ScenarioThresholds {
  /** Median training pictures of a class from which on a data set is large. */
  picturesPerClass: number;
  /** Accuracy that another doubling of the pictures still brings the probe: above it, they are few for what there is to learn. */
  gainPerDoubling: number;
  /** Late features that lose more than this against the best cut are of another world. */
  lateGap: number;
  /** A mean shift above it likewise, in stored standard deviations; null: not used. */
  batchNormShift: number | null;
}

/** What jobs take, beside what was measured on the machine: the constants of the formulas under `cost/`. */
export interface CostKnowledge {
  /** Threads that the seconds are of. */
  threads: number;
  /** Of a job apart from pictures, solving and steps: two processes, files, timing, and what a training compiles. */
  startSeconds: { linear: number; training: number };
  /** Seconds per training picture × feature × class that choosing C and solving takes. */
  solveSeconds: { svm: number; softmax: number };
  /**
   * A training step on a picture, by what batch normalisation does, in passes of a picture through the layers that train as
   * they were measured, decoding included. The late layers of a frozen prefix' `tail` read what is in the cache; the `whole`
   * network decodes anew.
   */
  stepCost: Readonly<Record<'tail' | 'whole', { frozen: number; training: number }>>;
  /**
   * Seconds of a training step per parameter that trains, besides its pictures: the optimiser moves every weight once a step,
   * however few pictures are in it.
   */
  updateSeconds: number;
  /** Bytes that a job's process holds before it has a model. */
  processBytes: number;
  /** By family: what a job really took over what the formula gives, at its median and its 10 % and 90 % quantiles. */
  seconds: Readonly<Record<string, SecondsKnowledge>>;
}

export interface SecondsKnowledge {
  runs: number;
  factor: number;
  low: number;
  high: number;
}
