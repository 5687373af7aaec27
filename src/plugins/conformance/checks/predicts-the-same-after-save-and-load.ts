import { readDatasetFolder } from '../../../learning/datasets/dataset-folder.js';
import { classify } from '../../../learning/features/classify.js';
import { loadTfjsLayers } from '../../../learning/tfjs-layers/load-tfjs-layers.js';
import { filesInMemory, readModelFiles } from '../../../learning/tfjs-layers/model-files.js';
import type { LoadedModel } from '../../../learning/tfjs-layers/network.js';
import type { FeatureCut } from '../../contract.js';
import type { FittedHead } from '../../contract/fitted-model.js';
import { composeFitted } from '../../run/compose-fitted.js';
import { publishedFiles } from '../../run/published-files.js';
import { openBase } from '../../run/run-inputs.js';
import { picturesOfSplit } from '../../run/split-pictures.js';
import { ConformanceError, describeError } from '../conformance-error.js';
import { scoreWithPlainTfjs } from '../trial/plain-tfjs.js';
import type { Trial } from '../trial/run-trial.js';
import type { RunCheck } from './conformance-subject.js';

/** Scores may differ by this much, relative to the largest of them: engines round differently. */
const tolerance = 1e-3;

/**
 * The version's files, read from the disk by plain tfjs, say of the validation pictures what the fitted model says: the
 * network that `fit` returned, under the cut and size of pictures that it was fitted on.
 */
export const predictsTheSameAfterSaveAndLoad: RunCheck = async ({ firstRun }) => {
  const trial = await firstRun();
  const expected =
    'scores of the published files, in plain tfjs, equal to those of the model that was fitted';
  const fix =
    'return the very cut (layer, pooling, inputSize) whose features the classifier was solved on, and do not write to arrays once they are returned.';
  const dataset = await readDatasetFolder(trial.pictureFolder);
  try {
    const { source } = picturesOfSplit(dataset, 'validation');
    const files = await readModelFiles(await publishedFiles(trial.result.files, trial));
    const fitted = await fittedModel(trial).catch((error: unknown) => {
      throw new ConformanceError(expected, describeError(error), fix, { cause: error });
    });
    const { data: before } = await classify({ model: fitted, images: source, threads: 1 });
    const after = await scoreWithPlainTfjs(files, source);
    const scale = before.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
    const difference = before.reduce(
      (largest, value, at) => Math.max(largest, Math.abs(value - (after[at] ?? Number.NaN))),
      0,
    );
    if (difference <= tolerance * scale) return;
    throw new ConformanceError(
      expected,
      `they differ by up to ${difference.toPrecision(3)}${describeCuts(trial)}`,
      fix,
    );
  } finally {
    await dataset.close();
  }
};

/** What `fit` returned as one network, put together anew from the copy that was taken when it returned. */
async function fittedModel({ fit, baseFolder, result }: Trial): Promise<LoadedModel> {
  const { fitted } = fit;
  if (fitted === undefined) throw new TypeError('the fit returned nothing');
  const asFitted =
    fitted.kind === 'whole-network' ? fitted : { ...fitted, cut: fittedOn(fitted, fit.askedCuts) };
  const base = await openBase(baseFolder);
  const files = await composeFitted(result.strategy.name, asFitted, base, result.evaluation.classes);
  return loadTfjsLayers(filesInMemory(files));
}

/** The cut that was asked for: the one that was returned if it was, else the last one at the same layer. */
function fittedOn({ cut }: FittedHead, asked: readonly FeatureCut[]): FeatureCut {
  const sameLayer = asked.filter(({ layer }) => layer === cut.layer);
  return sameLayer.find((other) => describeCut(other) === describeCut(cut)) ?? sameLayer.at(-1) ?? cut;
}

function describeCuts({ fit }: Trial): string {
  if (fit.fitted === undefined || fit.fitted.kind === 'whole-network') return '';
  const used = describeCut(fittedOn(fit.fitted, fit.askedCuts));
  const returned = describeCut(fit.fitted.cut);
  return used === returned ? '' : `: features were asked for at ${used}, and the cut returned is ${returned}`;
}

const describeCut = ({ layer, pooling, inputSize }: FeatureCut): string =>
  `${layer}, pooling ${pooling}, input size ${inputSize ?? 'of the base'}`;
