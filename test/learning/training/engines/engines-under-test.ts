import { homedir } from 'node:os';
import { join } from 'node:path';
import { tensorflowEnvironment } from '../../../../src/jobs/child/child-environment.js';
import { engineNames } from '../../../../src/learning/training/engines/engine-wish.js';
import { openEngine } from '../../../../src/learning/training/engines/open-engine.js';
import type {
  TrainingEngine,
  TrainingSpec,
  TrainingState,
  TrainingStep,
} from '../../../../src/learning/training/engines/training-engine.js';
import { trainSteps } from './tiny-training.js';

/** Where `scripts/build-tfjs-addon.mjs` builds into, unless it is told otherwise. */
export const addonFolder =
  process.env.ZOO_TFJS_ADDON_DIR ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'model-zoo', 'tfjs-addon');

// TensorFlow reads these when it is loaded: as jobs have them.
for (const [name, value] of Object.entries(tensorflowEnvironment(2))) process.env[name] ??= value;
// NVIDIA's: a GPU multiplies in TF32 otherwise, which is nearer to ten bits than to what engines are compared by.
process.env.NVIDIA_TF32_OVERRIDE ??= '0';

/** Every engine, or why it is not on this machine. A GPU is no part of what must be there. */
export async function enginesUnderTest(): Promise<{
  engines: TrainingEngine[];
  missing: { name: string; remedy: string }[];
}> {
  const engines: TrainingEngine[] = [];
  const missing: { name: string; remedy: string }[] = [];
  for (const name of engineNames) {
    const standing = await openEngine(name, { addonFolder, threads: 2 });
    if ('engine' in standing) engines.push(standing.engine);
    else if (name !== 'tfjs-node-gpu')
      missing.push({ name, remedy: `${standing.reason} ${standing.remedy}` });
  }
  return { engines, missing };
}

/** Compiles, hands the step over, and disposes of it. */
export async function using<T>(
  engine: TrainingEngine,
  spec: TrainingSpec,
  use: (step: TrainingStep) => Promise<T>,
): Promise<T> {
  const step = await engine.compile(spec);
  try {
    return await use(step);
  } finally {
    await step.dispose();
  }
}

/** What a training is after some steps. */
export const stateAfter = (
  engine: TrainingEngine,
  spec: TrainingSpec,
  steps: number,
): Promise<TrainingState> =>
  using(engine, spec, async (step) => {
    await trainSteps(step, steps);
    return step.readState();
  });
