import { lowerGraph } from '../../lower/lower-graph.js';
import type { Layout } from '../../lower/layout.js';
import type { LoweredGraph } from '../../lower/lowered-graph.js';
import { preferredLayouts } from '../../lower/preferred-layouts.js';
import { gradientProgram } from '../../programs/gradient-program.js';
import { scoreProgram } from '../../programs/score-program.js';
import { updateProgram } from '../../programs/update-program.js';
import { recordProgram } from '../../record/record-program.js';
import type { RecordedGraph } from '../../record/recorded-graph.js';
import type { TrainingSpec } from '../training-engine.js';
import type { ExecutionPlan } from './execution-plan.js';
import type { TensorProgram } from '../../tensor-program.js';
import { normProgram } from './norm-program.js';
import { shareWeights } from './share-weights.js';
import { withInputParts, withRunningSums } from './summed-programs.js';

/** The programs of a training as ONNX models. A weight, its slots and its gradient share an order of axes. */
export interface TrainingGraphs {
  gradients: LoweredGraph;
  /** For each replica what moves its share of the weights; left out where it has none. */
  updates: (ShareOfUpdate | undefined)[];
  scores: LoweredGraph;
}

export interface ShareOfUpdate {
  update: LoweredGraph;
  /** Where gradients are clipped: the norm of this share of them. */
  norm?: LoweredGraph;
}

/** @throws ZooError TRAINING_LAYER_UNSUPPORTED, TRAINING_FUNCTION_INVALID */
export function compileGraphs(
  { network, optimizer, loss, penalty, clipNorm }: TrainingSpec,
  plan: ExecutionPlan,
  blockSize: number,
): TrainingGraphs {
  const program = gradientProgram(network, plan.rowsPerRun, { loss });
  const sums = gradientInputs(updateProgram(network, optimizer));
  const gradients = recordProgram(plan.runsPerReplica > 1 ? withRunningSums(program, sums) : program);
  const kernels = preferredLayouts(gradients);
  const lower = (graph: RecordedGraph) =>
    lowerGraph(graph, { layouts: stateLayouts(graph, kernels), blockSize });
  const lowerSummed = (program: TensorProgram) =>
    lower(recordProgram(withInputParts(program, isGradient, plan.replicas)));
  return {
    gradients: lower(gradients),
    updates: shareWeights(network, plan.replicas).map((share) => {
      if (!share.weights.some((weight) => weight.trained)) return undefined;
      // Clipping is part of the scale that the update is given: it takes the norm of all shares.
      const update = updateProgram(share, optimizer, undefined, penalty);
      const norm = clipNorm === undefined ? undefined : normProgram(gradientInputs(update));
      return { update: lowerSummed(update), ...(norm === undefined ? {} : { norm: lowerSummed(norm) }) };
    }),
    scores: lower(recordProgram(scoreProgram(network, plan.rowsPerScore))),
  };
}

function gradientInputs({ inputs }: TensorProgram): TensorProgram['inputs'] {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => isGradient(name)));
}

function isGradient(name: string): boolean {
  return name.startsWith('gradient/');
}

/** Every port that belongs to a weight goes by the weight's order of axes. */
function stateLayouts(
  { inputs, outputs }: RecordedGraph,
  kernels: Record<string, Layout>,
): Record<string, Layout> {
  const layouts: Record<string, Layout> = {};
  for (const name of [...Object.keys(inputs), ...Object.keys(outputs)]) {
    const [, weight] = /^(?:weight|gradient|slot\/[^/]+)\/(.+?)(?:#\d+)?$/.exec(name) ?? [];
    const layout = weight === undefined ? undefined : kernels[`weight/${weight}`];
    if (layout !== undefined) layouts[name] = layout;
  }
  return layouts;
}
