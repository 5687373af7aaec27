import { calibrateHead, divideByTemperature, type LinearHead } from 'modelzoo/learning';
import {
  headLayer,
  type FeatureCut,
  type FineTuned,
  type FitContext,
  type TrainedNetwork,
} from 'modelzoo/plugin';
import { chooseTraining } from './choose-training.js';
import type { L2SpParameters } from './index.js';

type Context = FitContext<L2SpParameters>;

/** Solves a head on the frozen network, trains all of it under the penalty, and keeps the best weights. */
export async function fit(context: Context): Promise<FineTuned> {
  const cut = headCut(context);
  const { setup, recipe } = chooseTraining(context, cut);
  await context.requireMemory(setup);
  const head = await solveHead(context, cut);
  const trainer = await context.trainer({ ...setup, head });
  try {
    const start = await trainer.read();
    const { epochsRun, bestEpoch, bestValidation } = await trainer.fit(recipe);
    const trained = await trainer.read();
    reportDistances(context, start, trained);
    const temperature = bestValidation?.temperature ?? 1;
    return {
      kind: 'fine-tuned',
      cut,
      changed: trained.changed,
      ...divideByTemperature(temperature, trained),
      activation: 'softmax',
      chosen: {
        layer: cut.layer,
        batchSize: recipe.batchSize,
        epochs: epochsRun,
        bestEpoch,
        temperature,
        engine: trainer.engine,
      },
    };
  } finally {
    await trainer.dispose();
  }
}

/** The head reads the last layer that still has height and width. */
function headCut({ base, parameters }: Context): FeatureCut {
  const layer = headLayer(base, undefined);
  if (layer === undefined) throw new TypeError('there is no layer for a head; check() says so before a fit');
  return { layer, pooling: 'average', inputSize: parameters.inputSize };
}

/**
 * The best linear classifier on the frozen network, no surer than the validation pictures allow: from a random head, the
 * first steps would move the pretrained weights for nothing.
 *
 * @see Kumar et al., "Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution", 2022 (LP-FT)
 */
async function solveHead({ probes, features }: Context, cut: FeatureCut): Promise<LinearHead> {
  const [probe] = await probes([cut]);
  if (probe === undefined) throw new RangeError(`no probe came for ${cut.layer}`);
  return calibrateHead(probe, await features('validation', cut));
}

/** How far the penalty let each weight go, as a share of its own length. */
function reportDistances({ report }: Context, start: TrainedNetwork, trained: TrainedNetwork): void {
  const rows = Object.entries(trained.changed).map(([name, values]): [string, number] => {
    const before = start.changed[name] ?? values;
    const moved = values.map((value, index) => value - (before[index] ?? 0));
    return [name, lengthOf(moved) / Math.max(lengthOf(before), Number.MIN_VALUE)];
  });
  report.table('distances', {
    title: 'How far weights moved from the pretrained ones',
    columns: ['weight', 'distance by length'],
    rows,
  });
}

const lengthOf = (values: Float32Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
