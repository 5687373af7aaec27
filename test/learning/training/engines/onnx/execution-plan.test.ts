import { describe, expect, it } from 'vitest';
import { planExecution } from '../../../../../src/learning/training/engines/onnx/execution-plan.js';

describe('planExecution', () => {
  it.each([
    { batchSize: 16, threads: 2, rowsPerRun: 8, runsPerReplica: 1, replicas: 2 },
    { batchSize: 40, threads: 2, rowsPerRun: 7, runsPerReplica: 3, replicas: 2 },
    { batchSize: 1, threads: 4, rowsPerRun: 1, replicas: 1 },
    { batchSize: 5, threads: 4, rowsPerRun: 2, replicas: 3 },
    { batchSize: 32, threads: 1, rowsPerRun: 8, runsPerReplica: 4, replicas: 1 },
  ])(
    'runs $batchSize rows on $threads threads by $replicas replicas',
    ({ batchSize, threads, ...wanted }) => {
      const plan = planExecution({ batchNormalization: 'frozen', batchSize, threads });
      expect(plan).toMatchObject(wanted);
      expect(plan.replicas * plan.threadsPerReplica).toBeLessThanOrEqual(threads);
      // No replica is without work.
      expect(Math.ceil(batchSize / plan.rowsPerRun)).toBeGreaterThanOrEqual(plan.replicas);
    },
  );

  it('keeps a batch in one piece where its statistics are used', () => {
    expect(planExecution({ batchNormalization: 'training', batchSize: 16, threads: 3 })).toMatchObject({
      rowsPerRun: 16,
      replicas: 1,
      threadsPerReplica: 3,
    });
  });
});
