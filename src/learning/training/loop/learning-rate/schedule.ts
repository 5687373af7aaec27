/** How the learning rate goes over a training. */
export interface Schedule {
  /** `cosine`: falls from `learningRate` to zero along half a cosine. `constant`: stays. Both after the warm-up. */
  kind: 'cosine' | 'constant';
  /** The highest learning rate. */
  learningRate: number;
  /** Epochs, or part of one, over which the rate rises to it in a straight line. 0: none. */
  warmupEpochs: number;
}

/** How long the training is that a schedule is laid over. */
export interface TrainingLength {
  stepsPerEpoch: number;
  epochs: number;
}

/**
 * Learning rate of one step, a pure function of the step's number. The first step of a warm-up already moves: it has
 * the first of equal rises, not zero.
 *
 * @param step from 0
 * @see Loshchilov & Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017, equation 5 (one cycle)
 * @see Goyal et al., "Accurate, large minibatch SGD: training ImageNet in 1 hour", 2017, section 2.2 (gradual warm-up)
 */
export function learningRateAt(schedule: Schedule, length: TrainingLength, step: number): number {
  const { kind, learningRate, warmupEpochs } = schedule;
  const warmupSteps = Math.round(warmupEpochs * length.stepsPerEpoch);
  if (step < warmupSteps) return (learningRate * (step + 1)) / warmupSteps;
  if (kind === 'constant') return learningRate;
  const fallingSteps = Math.max(1, length.epochs * length.stepsPerEpoch - warmupSteps);
  const part = Math.min(1, (step - warmupSteps) / fallingSteps);
  return (learningRate * (1 + Math.cos(Math.PI * part))) / 2;
}
