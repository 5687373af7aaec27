import type { Problem } from '../../errors.js';
import type { ModelManifest } from '../../learning/model-manifest.js';
import type { DataSummary } from '../contract.js';

/** Why a model cannot be adapted to classify these pictures, whatever the strategy; empty when it can. */
export function checkTask(strategy: string, base: ModelManifest, data: DataSummary): Problem[] {
  return [...modelProblems(base), ...dataProblems(strategy, data)];
}

/** Why pictures of this size do not fit the network; empty when they do, or the size is left out. */
export function checkInputSize({ inputSizes }: ModelManifest, inputSize: number | undefined): Problem[] {
  if (inputSize === undefined) return [];
  const path = 'parameters.inputSize';
  if (inputSizes.kind === 'pinned') {
    const { height, width, pinnedBy } = inputSizes;
    if (inputSize === height && inputSize === width) return [];
    return [
      {
        path,
        message: `inputSize is ${inputSize}; layer ${pinnedBy} of the base model accepts pictures of exactly ${height} × ${width}. Leave inputSize out.`,
      },
    ];
  }
  const least = Math.max(inputSizes.minimumHeight, inputSizes.minimumWidth);
  if (inputSize >= least) return [];
  return [{ path, message: `inputSize is ${inputSize}; the base model accepts ${least} or more.` }];
}

/** Why a model cannot be adapted to classify pictures, whatever they are; empty when it can. */
export function modelProblems(base: { input: Pick<ModelManifest['input'], 'channels'> }): Problem[] {
  const { channels } = base.input;
  if (channels === 1 || channels === 3) return [];
  return [
    {
      path: 'baseVersionId',
      message: `The base model takes pictures with ${channels} channels; pictures have 1 (grey) or 3 (red, green, blue). Choose a model with 1 or 3 input channels.`,
    },
  ];
}

/** Why no model can be adapted to these pictures; empty when some may. */
export function dataProblems(strategy: string, data: DataSummary): Problem[] {
  const problems: Problem[] = [];
  const path = 'datasetVersionId';
  if (data.task !== 'image-classification') {
    problems.push({
      path,
      message: `The data set is for ${String(data.task)}; ${strategy} needs image-classification.`,
    });
  }
  if (data.classes.length < 2) {
    problems.push({
      path,
      message: `The data set has ${data.classes.length} ${data.classes.length === 1 ? 'class' : 'classes'}; a classifier needs at least 2.`,
    });
  }
  const empty = data.classes.filter((_, label) => (data.splits.train.perClass[label] ?? 0) === 0);
  if (empty.length > 0) {
    problems.push({
      path,
      message: `${empty.length === 1 ? 'Class' : 'Classes'} ${listNames(empty)} ${empty.length === 1 ? 'has' : 'have'} no training picture; every class needs at least 1. Add pictures or drop the class.`,
    });
  }
  if (data.splits.test.imageCount === 0) {
    problems.push({
      path,
      message:
        'The data set has no test pictures, so the result could not be evaluated. Publish a version with a test split.',
    });
  }
  return problems;
}

function listNames(names: string[]): string {
  const shown = names
    .slice(0, 5)
    .map((name) => `"${name}"`)
    .join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
