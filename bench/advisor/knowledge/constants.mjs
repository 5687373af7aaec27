/** Numbers of an advice that are set by hand; docs/decisions/0101 says why. */

/** Where one scenario ends and the next begins: the rule of thumb's "some 50 a class", and halves of what was seen to matter. */
export const thresholds = {
  picturesPerClass: 50,
  gainPerDoubling: 0.03,
  lateGap: 0.1,
  // Between photographs, which lay at 0.35 at most, and the others, at 0.39 at least, with each of three networks and at any size.
  batchNormShift: 0.37,
};

/**
 * What a family's gain over the probe is taken to depend on: what told more of domains that were left out than it cost in
 * noise, see `compare-features.mjs`. Everything else that is measured is shown to people and not used.
 */
export const usedFeatures = (family) =>
  family === 'full-retraining' ? ['picturesPerClass', 'batchNormShift'] : ['picturesPerClass'];

/**
 * The least that a network's worth is taken to change by from one data set to another, in log-odds of a probe. The study gives
 * 0.15 on its data sets of 200 pictures and more, all at 96 × 96 pixels; two others, at the networks' own sizes, gave 0.35 and
 * 0.5.
 */
export const leastNetworkSpread = 0.35;

/** What jobs take, from bench/README.md, on two idle cores. */
export const costs = {
  threads: 2,
  // A second head-only job takes 3.0 s, of which 0.8 are the choice of C at three layers. A fine-tune takes 74 s, of which 50 are
  // training, 11 the pass over the pictures, some 3 linear probes.
  startSeconds: { linear: 2.2, training: 10 },
  // 0.8 s / (3 layers · 1,000 pictures · 577 features · 10 classes) = 4.6e-8; 9e-8 by the bench of the SVM, for 5,000 pictures.
  solveSeconds: { svm: 7e-8, softmax: 7e-8 },
  // MobileNetV2: some 130 pictures a second forward, a quarter of it decoding. The whole in training takes 48 with frozen batch
  // normalisation and 27 with trained; from block_13_expand on, 28 % of the multiplications, 260.
  stepCost: { tail: { frozen: 1.8, training: 3.2 }, whole: { frozen: 3, training: 5 } },
  // From the study's idle runs, between what a least-squares fit gave where everything trains (3.5e-8) and where a part does (2.5e-8).
  updateSeconds: 3e-8,
  // A head-only job's peak, 459 MB, less what is planned of it.
  processBytes: 200 * 2 ** 20,
};

/**
 * What a training of the study takes before and after its pictures, by the same fit: it runs in a process that is
 * there, without those of a job.
 */
export const studyStartSeconds = 2;

/** Where seconds were not fitted: what another machine's load and other networks may do to them. */
export const assumedSeconds = { runs: 0, factor: 1, low: 0.5, high: 2 };
