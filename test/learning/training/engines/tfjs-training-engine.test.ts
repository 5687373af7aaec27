import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openEngine } from '../../../../src/learning/training/engines/open-engine.js';
import { TfjsTrainingEngine } from '../../../../src/learning/training/engines/tfjs/tfjs-training-engine.js';
import { gradientProgram } from '../../../../src/learning/training/programs/gradient-program.js';
import { recordProgram } from '../../../../src/learning/training/record/record-program.js';
import { enginesUnderTest } from './engines-under-test.js';
import { batchSize, optimizers, tinyBatch, tinySpec, trainSteps } from './tiny-training.js';

const { engines } = await enginesUnderTest();
const onTfjs = engines.filter((engine) => engine instanceof TfjsTrainingEngine);

describe.each(onTfjs)('$name', (engine) => {
  it('leaves no tensor behind: not in steps, not in scores, not when a state is written, not after all', async () => {
    const spec = await tinySpec({ dropout: 0.2, batchNormalization: 'training', optimizer: optimizers.Adam });
    const before = engine.tf.memory().numTensors;
    const step = await engine.compile(spec);
    const compiled = engine.tf.memory().numTensors;
    await trainSteps(step, 2);
    const bad = tinyBatch(0);
    bad.inputs.fill(NaN);
    await step.step(bad, 0.01);
    await step.score(tinyBatch(1).inputs, batchSize);
    await step.writeState(await step.readState());
    expect(engine.tf.memory().numTensors).toBe(compiled);
    await step.dispose();
    expect(engine.tf.memory().numTensors).toBe(before);
  });

  it('computes on its own backend, whatever others of the process set', async () => {
    const spec = await tinySpec();
    const step = await engine.compile(spec);
    const first = await step.step(tinyBatch(0), 0.01);
    recordProgram(gradientProgram(spec.network, batchSize));
    await tf.setBackend('cpu');
    const again = await engine.compile(spec);
    await tf.setBackend('cpu');
    expect(await again.step(tinyBatch(0), 0.01)).toEqual(first);
    expect(engine.tf.getBackend()).toBe(engine.name === 'tfjs-cpu' ? 'cpu' : 'tensorflow');
    await step.dispose();
    await again.dispose();
  });
});

/** Holds tensors, and knows no operation. */
class BackendWithoutKernels extends tf.KernelBackend {
  override write = () => ({});
  override disposeData = () => true;
  override numDataIds = () => 0;
  override floatPrecision = () => 32 as const;
  override dispose = () => undefined;
}

it('refuses, before the first batch, what its backend has no kernel for', async () => {
  tf.registerBackend('bare', () => new BackendWithoutKernels());
  const engine = new TfjsTrainingEngine({
    name: 'tfjs-cpu',
    version: 'bare@1.0.0',
    device: 'none',
    tf,
    backend: 'bare',
    asGraph: false,
  });
  try {
    await expect(engine.compile(await tinySpec())).rejects.toMatchObject({
      code: 'TRAINING_LAYER_UNSUPPORTED',
    });
  } finally {
    await tf.setBackend('cpu');
    tf.removeBackend('bare');
  }
});

it('says in the job’s log that plain JavaScript is the last resort', async () => {
  const standing = await openEngine('tfjs-cpu', { threads: 1 });
  expect('engine' in standing && standing.engine.notice).toContain('the last resort');
});
