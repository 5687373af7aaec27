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
import { withInputParts, withRunningSums } from './summed-programs.js';

/** The three programs of a training as ONNX models. A weight, its slots and its gradient share an order of axes. */
export interface TrainingGraphs {
  gradients: LoweredGraph;
  update: LoweredGraph;
  scores: LoweredGraph;
}

/** @throws ZooError TRAINING_LAYER_UNSUPPORTED */
export function compileGraphs(
  { network, optimizer, clipNorm }: TrainingSpec,
  plan: ExecutionPlan,
  blockSize: number,
): TrainingGraphs {
  const update = updateProgram(network, optimizer, clipNorm);
  const sums = Object.fromEntries(
    Object.entries(update.inputs).filter(([name]) => name.startsWith('gradient/')),
  );
  const program = gradientProgram(network, plan.rowsPerRun);
  const gradients = recordProgram(plan.runsPerReplica > 1 ? withRunningSums(program, sums) : program);
  const kernels = preferredLayouts(gradients);
  const lower = (graph: RecordedGraph) =>
    lowerGraph(graph, { layouts: stateLayouts(graph, kernels), blockSize });
  return {
    gradients: lower(gradients),
    update: lower(recordProgram(withInputParts(update, (name) => name in sums, plan.replicas))),
    scores: lower(recordProgram(scoreProgram(network, plan.rowsPerScore))),
  };
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
