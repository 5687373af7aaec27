import { describe, expect, it } from 'vitest';
import { gradientProgram } from '../../../../src/learning/training/programs/gradient-program.js';
import { updateProgram } from '../../../../src/learning/training/programs/update-program.js';
import { recordProgram } from '../../../../src/learning/training/record/record-program.js';
import { crossEntropy, decay, focal, kernelsOnly, towardsStart } from '../engines/own-functions.js';
import { tinySpec } from '../engines/tiny-training.js';
import { asDoubles } from './as-doubles.js';
import { drawBatch } from './draw-batch.js';
import { spread } from './draw-inputs.js';
import { differenceError, type Tensors } from './finite-differences.js';
import { interpret } from './interpret.js';
import { weightsOf } from './judge-gradients.js';
import { relativeError } from './relative-error.js';
import { runLowered } from './run-lowered.js';
import { sizeOf } from './tensor64.js';

const { network } = await tinySpec({ layerDecay: 1 });
const trained = network.weights.filter((weight) => weight.trained);
const rows = 3;

describe('a loss of a strategy', () => {
  const batch = drawBatch(network, rows);

  it.each([
    ['cross-entropy', crossEntropy],
    ['focal loss', focal],
  ])('%s: gradients are those of central differences, and exact compiled', async (_, loss) => {
    const graph = recordProgram(gradientProgram(network, rows, { loss }));
    const inputs = asDoubles({ ...weightsOf(network), ...batch });
    const exact = interpret(graph, inputs);
    const { loss: output } = graph.outputs;
    if (output === undefined) throw new Error('the program gives no loss');
    const error = differenceError(
      (at) => interpret({ inputs: graph.inputs, outputs: { loss: output } }, at)['loss']?.[0] ?? NaN,
      inputs,
      ofWeights((name) => exact[`gradient/${name}`]),
      { step: 1e-6, singles: 1 },
    );
    expect(error).toBeLessThan(1e-6);
    const single = await runLowered(graph, { ...weightsOf(network), ...batch });
    for (const name of ['loss', ...trained.map((weight) => `gradient/${weight.name}`)]) {
      expect(
        relativeError(single[name] ?? new Float32Array(), exact[name] ?? new Float64Array()),
        name,
      ).toBeLessThan(2e-5);
    }
  });

  it('adds up over rows, each times its weight', () => {
    const graph = recordProgram(gradientProgram(network, rows, { loss: crossEntropy }));
    const usual = recordProgram(gradientProgram(network, rows));
    const inputs = asDoubles({ ...weightsOf(network), ...batch });
    // Row weights are what the drawn targets add up to: neither 1 nor alike.
    expect(interpret(graph, inputs)['loss']?.[0]).toBeCloseTo(
      interpret(usual, inputs)['loss']?.[0] ?? NaN,
      6,
    );
  });
});

describe('a penalty of a strategy', () => {
  it.each([
    ['weight decay', decay],
    ['a pull to the start', towardsStart],
    ['a penalty of some weights only', kernelsOnly],
  ])('%s: its gradient is that of central differences, and exact compiled', async (_, penalty) => {
    const sgd = { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 } as const;
    const graph = recordProgram(updateProgram(network, sgd, undefined, penalty));
    const given = Object.fromEntries(
      Object.entries(graph.inputs).map(([name, { shape }], at) => [
        name,
        spread(sizeOf(shape), -1, 1, at + 1),
      ]),
    );
    for (const { name } of trained) given[`gradient/${name}`]?.fill(0);
    // With learning rate 1 and no gradient of the loss a weight moves by its penalty's.
    const inputs = asDoubles({
      ...given,
      learningRate: Float32Array.of(1),
      inverseWeight: Float32Array.of(1),
    });
    const exact = interpret(graph, inputs);
    const gradients = ofWeights((name) => {
      const before = inputs[`weight/${name}`] ?? new Float64Array();
      return before.map((value, i) => value - (exact[`weight/${name}`]?.[i] ?? NaN));
    });
    const { penalty: output } = graph.outputs;
    if (output === undefined) throw new Error('the program gives no penalty');
    const error = differenceError(
      (at) => interpret({ inputs: graph.inputs, outputs: { penalty: output } }, at)['penalty']?.[0] ?? NaN,
      inputs,
      gradients,
      { singles: 1 },
    );
    expect(error).toBeLessThan(1e-8);
    expect(exact['penaltyNorm']?.[0]).toBeCloseTo(
      Math.hypot(...Object.values(gradients).flatMap((values) => [...values])),
      8,
    );
    const single = await runLowered(graph, {
      ...given,
      learningRate: Float32Array.of(1),
      inverseWeight: Float32Array.of(1),
    });
    for (const name of ['penalty', 'penaltyNorm', ...trained.map((weight) => `weight/${weight.name}`)]) {
      expect(
        relativeError(single[name] ?? new Float32Array(), exact[name] ?? new Float64Array()),
        name,
      ).toBeLessThan(1e-6);
    }
  });
});

describe('without functions of a strategy', () => {
  it('the programs take and give nothing that only those need', () => {
    const sgd = { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0 } as const;
    const names = ({ inputs, outputs }: ReturnType<typeof recordProgram>) => [
      ...Object.keys(inputs),
      ...Object.keys(outputs),
    ];
    const all = [
      ...names(recordProgram(gradientProgram(network, rows))),
      ...names(recordProgram(updateProgram(network, sgd))),
    ];
    expect(all.filter((name) => /penalty|moved|start/.test(name))).toEqual([]);
  });
});

function ofWeights(values: (name: string) => Float64Array | undefined): Tensors {
  return Object.fromEntries(
    trained.map(({ name }) => [`weight/${name}`, values(name) ?? new Float64Array()]),
  );
}
