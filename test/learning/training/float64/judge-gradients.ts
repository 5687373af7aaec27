import { preferredLayouts } from '../../../../src/learning/training/lower/preferred-layouts.js';
import { gradientProgram } from '../../../../src/learning/training/programs/gradient-program.js';
import type { RecordedGraph } from '../../../../src/learning/training/record/recorded-graph.js';
import { recordProgram } from '../../../../src/learning/training/record/record-program.js';
import type { TrainableNetwork } from '../../../../src/learning/training/trainable-network.js';
import { asDoubles } from './as-doubles.js';
import {
  compareDecisions,
  withDecisionsGiven,
  withDecisionsTaken,
  type DecisionDifference,
} from './corner-decisions.js';
import { differenceError } from './finite-differences.js';
import { interpret } from './interpret.js';
import { norm, relativeError } from './relative-error.js';
import { runLowered } from './run-lowered.js';

/** Inputs and targets of one batch, and dropout masks where there are any. */
export type BatchTensors = Record<string, Float32Array>;

/** What is wrong with the gradients of a compiled network. */
export interface GradientErrors {
  /** ‖gradient − float64's‖ / ‖float64's‖ over all weights, corners decided as the float32 run did. */
  global: number;
  /** The weight with the largest share of that error: as a share of the norm of all gradients. */
  worst: { weight: string; error: number };
  /** The same as `global` against float64's own decisions. */
  undecided: number;
  decisions: DecisionDifference;
  /** Of loss and logits. */
  values: number;
}

/**
 * How far the gradients that a network's program states are from central differences of its loss, both in double precision:
 * see `differenceError`.
 */
export function judgeFormula(network: TrainableNetwork, rows: number, batch: BatchTensors): number {
  const graph = recordProgram(gradientProgram(network, rows));
  const { loss } = graph.outputs;
  if (loss === undefined) throw new Error('the program gives no loss');
  const inputs = asDoubles({ ...weightsOf(network), ...batch });
  const gradients = interpret(graph, inputs);
  const trained = network.weights.filter((weight) => weight.trained).map(({ name }) => name);
  return differenceError(
    (at) => interpret({ inputs: graph.inputs, outputs: { loss } }, at)['loss']?.[0] ?? NaN,
    inputs,
    Object.fromEntries(
      trained.map((name) => [`weight/${name}`, gradients[`gradient/${name}`] ?? new Float64Array()]),
    ),
    // Small enough to stay between the corners of ten thousand activations.
    { step: 1e-6, singles: 1 },
  );
}

/** Runs a network's gradient program in double precision, and compiled in each of several forms. */
export async function judgeGradients(
  network: TrainableNetwork,
  rows: number,
  batch: BatchTensors,
  blockSizes: number[],
): Promise<GradientErrors[]> {
  const graph = recordProgram(gradientProgram(network, rows));
  const given = withDecisionsGiven(graph);
  const inputs = { ...weightsOf(network), ...batch };
  const exact = interpret(given, asDoubles(inputs));
  const errors: GradientErrors[] = [];
  for (const blockSize of blockSizes) {
    const single = await runLowered(given, inputs, { blockSize, layouts: stateLayouts(graph) });
    const decisions = compareDecisions(graph, single, exact);
    const alike = decisions.otherwise === 0 ? exact : decidedAs(graph, single, inputs);
    const names = Object.keys(graph.outputs).filter((name) => name.startsWith('gradient/'));
    const total = norm(Float64Array.from(pick(names, alike), norm));
    const worst = names
      .map((name) => ({ weight: name, error: difference(single[name], alike[name]) / total }))
      .reduce((a, b) => (b.error > a.error ? b : a));
    errors.push({
      global: relativeError(pick(names, single), pick(names, alike)),
      worst,
      undecided: relativeError(pick(names, single), pick(names, exact)),
      decisions,
      values: relativeError(pick(['loss', 'logits'], single), pick(['loss', 'logits'], exact)),
    });
  }
  return errors;
}

/** As the engine keeps them: a weight and its gradient in the order of axes that the convolutions read. */
function stateLayouts(graph: RecordedGraph): Record<string, readonly number[]> {
  const layouts = Object.entries(preferredLayouts(graph));
  const ofGradients = layouts.map(([name, layout]) => [name.replace(/^weight/, 'gradient'), layout] as const);
  return Object.fromEntries(
    [...layouts, ...ofGradients].filter(([name]) => name in { ...graph.inputs, ...graph.outputs }),
  );
}

export function weightsOf(network: TrainableNetwork): BatchTensors {
  return Object.fromEntries(network.weights.map(({ name, value }) => [`weight/${name}`, value]));
}

function decidedAs(
  graph: RecordedGraph,
  single: Record<string, Float32Array>,
  inputs: BatchTensors,
): Record<string, Float64Array> {
  return interpret(withDecisionsTaken(graph), asDoubles({ ...inputs, ...single }));
}

type Numbers = Float32Array | Float64Array;

function pick(names: string[], values: Record<string, Numbers>): Numbers[] {
  return names.map((name) => values[name] ?? new Float64Array());
}

function difference(a: Numbers = new Float64Array(), b: Numbers = new Float64Array()): number {
  return norm(Float64Array.from(b, (value, i) => value - (a[i] ?? NaN)));
}
