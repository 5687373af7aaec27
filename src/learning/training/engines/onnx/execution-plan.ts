import type { TrainableNetwork } from '../../trainable-network.js';

/** How a batch is run: by how many replicas of the network, on how many rows at a time, with how many threads each. */
export interface ExecutionPlan {
  replicas: number;
  threadsPerReplica: number;
  /** Rows of one run of the gradient graph. */
  rowsPerRun: number;
  /** Runs of a batch that a replica makes, at most; their gradients are summed. */
  runsPerReplica: number;
  /** Rows of one run of the score graph. */
  rowsPerScore: number;
}

/**
 * Rows that a core takes at once: few, so that what the layers hand on stays in its cache, and enough for matrix products
 * at full speed on the small pictures of late layers. Measured on MobileNetV2; 4 and 16 are slower.
 */
const rowsAtOnce = 8;

/**
 * With batch normalisation frozen, no row of a batch sees another, and a replica per core on a few rows at a time beats
 * all cores on one operation after the other. Statistics of a batch need the batch in one piece.
 */
export function planExecution({
  batchNormalization,
  batchSize,
  threads,
}: {
  batchNormalization: TrainableNetwork['batchNormalization'];
  batchSize: number;
  threads: number;
}): ExecutionPlan {
  if (batchNormalization === 'training') {
    return {
      replicas: 1,
      threadsPerReplica: threads,
      rowsPerRun: batchSize,
      runsPerReplica: 1,
      rowsPerScore: rowsAtOnce * threads,
    };
  }
  const rowsPerCore = Math.ceil(batchSize / Math.min(threads, batchSize));
  const rowsPerRun = Math.ceil(rowsPerCore / Math.ceil(rowsPerCore / rowsAtOnce));
  const runs = Math.ceil(batchSize / rowsPerRun);
  const replicas = Math.min(threads, runs);
  return {
    replicas,
    threadsPerReplica: Math.max(1, Math.floor(threads / replicas)),
    rowsPerRun,
    runsPerReplica: Math.ceil(runs / replicas),
    rowsPerScore: rowsAtOnce,
  };
}
