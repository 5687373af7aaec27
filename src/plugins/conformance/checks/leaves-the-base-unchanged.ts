import { loadTfjsLayers } from '../../../learning/tfjs-layers/load-tfjs-layers.js';
import { filesOfFolder } from '../../../learning/tfjs-layers/model-files.js';
import type { LoadedModel } from '../../../learning/tfjs-layers/network.js';
import { publishedFiles } from '../../run/published-files.js';
import { ConformanceError } from '../conformance-error.js';
import type { Trial } from '../trial/run-trial.js';
import type { RunCheck } from './conformance-subject.js';

/** What a strategy was lent is as it was, and layers it said are frozen have their bytes in the new version. */
export const leavesTheBaseUnchanged: RunCheck = async ({ firstRun }) => {
  const trial = await firstRun();
  const { overwritten } = trial.fit;
  if (overwritten.length > 0) {
    throw new ConformanceError(
      'base model, features and probes as they were before the fit: they are lent, and the cache and the baseline use them too',
      `after the fit these are changed: ${overwritten.join(', ')}`,
      'work on a copy: `Float32Array.from(features.data)` or `.slice()`.',
    );
  }
  const moved = await movedFrozenLayers(trial);
  if (moved.length === 0) return;
  throw new ConformanceError(
    'layers up to `frozenUpTo` byte for byte as the base has them, so that they are stored once',
    `these frozen layers differ in the new version: ${moved.join(', ')}`,
    'return as `changed` only what `trainer.read()` gives, or name the weights behind `frozenUpTo` alone.',
  );
};

async function movedFrozenLayers(trial: Trial): Promise<string[]> {
  const base = await loadTfjsLayers(filesOfFolder(trial.baseFolder));
  const published = await loadTfjsLayers(await publishedFiles(trial.result.files, trial));
  return base.layers
    .slice(0, frozenCount(trial, base))
    .filter(({ name, weights }) => {
      const now = published.layers.find((layer) => layer.name === name)?.weights ?? [];
      return weights.some(
        ({ name: weight, bytes }) =>
          !now.some((other) => other.name === weight && Buffer.from(other.bytes).equals(bytes)),
      );
    })
    .map(({ name }) => name);
}

/** How many layers the strategy froze, by what it asked of its trainers: those that stayed frozen in all of them. */
function frozenCount({ fit }: Trial, { layers }: LoadedModel): number {
  if (fit.fitted?.kind !== 'fine-tuned' || fit.trainers.length === 0) return 0;
  const counts = fit.trainers.map(
    ({ setup }) => layers.findIndex(({ name }) => name === setup.frozenUpTo) + 1,
  );
  return Math.min(...counts);
}
