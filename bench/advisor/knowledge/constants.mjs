/** Numbers of an advice that are set by hand; docs/decisions/0101 says why. */

/** Where one scenario ends and the next begins: the rule of thumb's "some 50 a class", and halves of what was seen to matter. */
export const thresholds = {
  picturesPerClass: 50,
  gainPerDoubling: 0.03,
  lateGap: 0.1,
  // Not used until it has been measured on near and far domains.
  batchNormShift: null,
};

/** What jobs take, from bench/README.md, on two idle cores. */
export const costs = {
  threads: 2,
  // A second head-only job takes 3.0 s, of which 0.8 are the choice of C at three layers.
  startSeconds: 2.2,
  // 0.8 s / (3 layers · 1,000 pictures · 577 features · 10 classes) = 4.6e-8; 9e-8 by the bench of the SVM, for 5,000 pictures.
  solveSeconds: { svm: 7e-8, softmax: 7e-8 },
  // MobileNetV2: some 130 pictures a second forward, decoding included; 48 a training step with frozen batch normalisation,
  // 27 with trained.
  stepCost: { frozen: 2.7, training: 4.8 },
  // A head-only job's peak, 459 MB, less what is planned of it.
  processBytes: 170 * 2 ** 20,
};

/** Where seconds were not fitted: what another machine's load and other networks may do to them. */
export const assumedSeconds = { runs: 0, factor: 1, low: 0.5, high: 2 };
