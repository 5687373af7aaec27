import { bestProbe, calibrateHead, divideByTemperature, type LinearHead } from 'modelzoo/learning';
import type { FeatureCut, FineTuned, FitContext, TrainedNetwork } from 'modelzoo/plugin';
import { chooseTraining } from './choose-training.js';
import { headCuts } from './head-cuts.js';
import type { L2SpParameters } from './index.js';

type Context = FitContext<L2SpParameters>;

/** Solves a head on the frozen network, trains all of it under the penalty, and keeps the best weights. */
export async function fit(context: Context): Promise<FineTuned> {
  const cuts = headCuts(context.base, context.parameters);
  // The head that reads the last layer has the most before it: where memory does not suffice for that, it is known now.
  const [deepest] = cuts;
  if (deepest === undefined)
    throw new TypeError('there is no layer for a head; check() says so before a fit');
  await context.requireMemory(chooseTraining(context, deepest).setup);
  const { cut, head } = await solveHead(context, cuts);
  const { setup, recipe } = chooseTraining(context, cut);
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

/**
 * The best linear classifier on the frozen network, no surer than the validation pictures allow: from a random head, the
 * first steps would move the pretrained weights for nothing. Where the last layers know too much of what the network was
 * trained on, an earlier one serves better, and what is behind it is dropped.
 *
 * @see Kumar et al., "Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution", 2022 (LP-FT)
 */
async function solveHead(
  { probes, features, log }: Context,
  cuts: readonly FeatureCut[],
): Promise<{ cut: FeatureCut; head: LinearHead }> {
  const probe = bestProbe(await probes(cuts));
  log(`The head reads ${probe.cut.layer}, whose features serve best on the frozen network.`);
  return { cut: probe.cut, head: calibrateHead(probe, await features('validation', probe.cut)) };
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
