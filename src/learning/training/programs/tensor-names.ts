/**
 * How the programs name their tensors; engines and checkpoints use the same names. A weight is `layer/weight`, for
 * example `block_13_expand/kernel`.
 */
export const tensorNames = {
  inputs: 'inputs',
  targets: 'targets',
  /** Loss of the batch, summed over its rows and not divided. */
  loss: 'loss',
  logits: 'logits',
  weight: (weight: string) => `weight/${weight}`,
  /** Of the summed loss. */
  gradient: (weight: string) => `gradient/${weight}`,
  /** What the optimizer remembers of a weight. */
  slot: (slot: string, weight: string) => `slot/${slot}/${weight}`,
  /** What a dropout layer multiplies its input by: 0, or 1 / (1 − rate). */
  mask: (layer: string) => `mask/${layer}`,
  /** Mean and variance of a batch, where batch normalisation uses them. */
  statistic: (layer: string, moment: 'mean' | 'variance') => `statistic/${layer}/${moment}`,
  learningRate: 'learningRate',
  /** 1 / Σ targets: gradients of the summed loss times this are those of the mean. */
  inverseWeight: 'inverseWeight',
  /** L2 norm of the mean loss' gradients, all together, before clipping. */
  gradientNorm: 'gradientNorm',
  /** Where a penalty is added to the loss: the sum over the weights, before the step … */
  penalty: 'penalty',
  /** … and the L2 norm of its gradients. */
  penaltyNorm: 'penaltyNorm',
  /** Where a strategy brings its optimizer: the L2 norm of all that it gave. Not finite: something of it is not. */
  movedNorm: 'movedNorm',
};

/** Whether a tensor of that name is part of what training changes: a weight, or what the optimizer remembers of one. */
export function isState(name: string): boolean {
  return name.startsWith('weight/') || name.startsWith('slot/');
}
