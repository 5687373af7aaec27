import type { ReportTable, TrainingOutcome } from '../plugin.js';

/** A table of a training, a row for each epoch. Epoch 0 stands for the weights that training started from. */
export function epochTable({ history, bestEpoch }: TrainingOutcome): ReportTable {
  return {
    title: `Epochs; the weights are those after epoch ${bestEpoch}`,
    columns: [
      'Epoch',
      'Learning rate',
      'Training loss',
      'Training accuracy',
      'Validation loss, calibrated',
      'Validation accuracy',
    ],
    rows: history.map(({ epoch, train, validation, learningRate }) => [
      epoch,
      train === null ? null : learningRate,
      train?.loss ?? null,
      train?.accuracy ?? null,
      validation?.calibratedLoss ?? null,
      validation?.accuracy ?? null,
    ]),
  };
}
