import { dropoutMasks, type DropoutMask } from '../../../programs/dropout-masks.js';
import { tensorNames } from '../../../programs/tensor-names.js';
import { updateScalars } from '../../../programs/update-program.js';
import { checkBatch, checkScoreInputs } from '../../check-batch.js';
import { checkOwnLoss, checkUpdate, updateFacts, type UpdateFacts } from '../../check-own-functions.js';
import { checkState } from '../../check-state.js';
import { drawDropoutMasks } from '../../draw-dropout-masks.js';
import type {
  StepResult,
  TrainingBatch,
  TrainingSpec,
  TrainingState,
  TrainingStep,
} from '../../training-engine.js';
import type { TensorflowSession } from './tensorflow-session.js';
import type { TrainingGraph } from './training-graph.js';

/** A training that TensorFlow runs as one graph: a step is one call, and the variables stay where it computes. */
export class GraphTrainingStep implements TrainingStep {
  readonly #spec: TrainingSpec;
  readonly #graph: TrainingGraph;
  readonly #session: TensorflowSession;
  readonly #masks: DropoutMask[];
  #stepsDone = 0;

  constructor(spec: TrainingSpec, graph: TrainingGraph, session: TensorflowSession) {
    this.#spec = spec;
    this.#graph = graph;
    this.#session = session;
    this.#masks = dropoutMasks(spec.network, spec.batchSize);
    this.#write(initialTensors(spec, graph));
  }

  async step(batch: TrainingBatch, learningRate: number): Promise<StepResult> {
    checkBatch(this.#spec, batch);
    const { seed, optimizer } = this.#spec;
    const scalars = {
      learningRate,
      inverseWeight: 1 / batch.targets.reduce((sum, value) => sum + value, 0),
      ...updateScalars(optimizer, this.#stepsDone + 1),
    };
    const {
      loss,
      gradientNorm,
      logits = new Float32Array(),
      ...others
    } = this.#session.run(this.#graph.step, {
      inputs: batch.inputs,
      targets: batch.targets,
      ...drawDropoutMasks(this.#masks, seed, this.#stepsDone),
      ...Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, Float32Array.of(value)])),
    });
    const result: StepResult = { loss: loss?.[0] ?? NaN, gradientNorm: gradientNorm?.[0] ?? NaN, logits };
    checkOwnLoss(this.#spec, result);
    if (!Number.isFinite(result.loss) || !Number.isFinite(result.gradientNorm)) return result;
    const facts = updateFacts(this.#spec).map((name) => [name, others[name]?.[0] ?? NaN]);
    checkUpdate(Object.fromEntries(facts) as UpdateFacts, this.#stepsDone);
    this.#stepsDone++;
    const penalty = others[tensorNames.penalty]?.[0];
    return { ...result, ...(penalty === undefined ? {} : { penalty }) };
  }

  async score(inputs: Float32Array, count: number): Promise<Float32Array> {
    checkScoreInputs(this.#spec, inputs, count);
    const { network, batchSize } = this.#spec;
    const rowLength = inputs.length / count;
    const scores = new Float32Array(count * network.numClasses);
    for (let start = 0; start < count; start += batchSize) {
      const rows = Math.min(batchSize, count - start);
      // The graph takes whole batches.
      const part = new Float32Array(batchSize * rowLength);
      part.set(inputs.subarray(start * rowLength, (start + rows) * rowLength));
      const { logits } = this.#session.run(this.#graph.score, { [tensorNames.inputs]: part });
      scores.set(logits?.subarray(0, rows * network.numClasses) ?? [], start * network.numClasses);
    }
    return scores;
  }

  async readState(): Promise<TrainingState> {
    return { step: this.#stepsDone, tensors: this.#session.run(this.#graph.read, {}) };
  }

  async writeState(state: TrainingState): Promise<void> {
    const sizes = [...this.#graph.stateShapes].map(([name, shape]) => [name, sizeOf(shape)] as const);
    checkState(state, new Map(sizes));
    this.#write(state.tensors);
    this.#stepsDone = state.step;
  }

  async dispose(): Promise<void> {
    this.#session.dispose();
  }

  #write(tensors: Record<string, Float32Array>): void {
    this.#session.run(this.#graph.write, tensors);
  }
}

/** Weights as they are given, slots of zeros. */
function initialTensors(
  { network }: TrainingSpec,
  { stateShapes }: TrainingGraph,
): Record<string, Float32Array> {
  const weights = new Map(network.weights.map(({ name, value }) => [tensorNames.weight(name), value]));
  return Object.fromEntries(
    [...stateShapes].map(([name, shape]) => [name, weights.get(name) ?? new Float32Array(sizeOf(shape))]),
  );
}

function sizeOf(shape: number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
