import { arrangeData, restoreData, sizeOf } from '../../lower/layout.js';
import type { LoweredPort } from '../../lower/lowered-graph.js';
import { dropoutMasks, type DropoutMask } from '../../programs/dropout-masks.js';
import { isState, tensorNames } from '../../programs/tensor-names.js';
import { updateScalars } from '../../programs/update-program.js';
import { checkBatch, checkScoreInputs } from '../check-batch.js';
import { checkOwnLoss, checkUpdate, type UpdateFacts } from '../check-own-functions.js';
import { checkState } from '../check-state.js';
import { drawDropoutMasks } from '../draw-dropout-masks.js';
import type {
  StepResult,
  TrainingBatch,
  TrainingSpec,
  TrainingState,
  TrainingStep,
} from '../training-engine.js';
import type { ExecutionPlan } from './execution-plan.js';
import type { NamedData } from './replica-protocol.js';
import type { ReplicaThread } from './replica-thread.js';
import type { TrainingGraphs } from './training-graphs.js';

/** A training whose replicas run on threads: this side cuts batches into parts and puts the results together. */
export class OnnxTrainingStep implements TrainingStep {
  private stepsDone = 0;
  private readonly masks: DropoutMask[];
  /** Weights that training changes, and slots: for each replica those of its share. */
  private readonly statePorts: LoweredPort[][];

  /** @param replicas ready. They are stopped by `dispose`. */
  static async start(
    spec: TrainingSpec,
    plan: ExecutionPlan,
    graphs: TrainingGraphs,
    replicas: ReplicaThread[],
  ): Promise<OnnxTrainingStep> {
    const step = new OnnxTrainingStep(spec, plan, graphs, replicas);
    await step.writeState(step.initialState());
    return step;
  }

  private constructor(
    private readonly spec: TrainingSpec,
    private readonly plan: ExecutionPlan,
    { updates }: TrainingGraphs,
    private readonly replicas: ReplicaThread[],
  ) {
    this.masks = dropoutMasks(spec.network, spec.batchSize);
    this.statePorts = updates.map((own) => own?.update.outputs.filter(({ name }) => isState(name)) ?? []);
  }

  async step(batch: TrainingBatch, learningRate: number): Promise<StepResult> {
    checkBatch(this.spec, batch);
    const inverseWeight = 1 / batch.targets.reduce((sum, value) => sum + value, 0);
    const { lossSum, logits } = await this.findGradients(batch);
    const result = { loss: lossSum * inverseWeight, gradientNorm: NaN, logits };
    if (!Number.isFinite(result.loss)) {
      checkOwnLoss(this.spec, result);
      return result;
    }
    const { gradientNorm, facts } = await this.update(learningRate, inverseWeight);
    checkOwnLoss(this.spec, { ...result, gradientNorm });
    if (Number.isFinite(gradientNorm)) this.stepsDone++;
    const { [tensorNames.penalty]: penalty } = facts;
    return { ...result, gradientNorm, ...(penalty === undefined ? {} : { penalty }) };
  }

  async score(inputs: Float32Array, count: number): Promise<Float32Array> {
    checkScoreInputs(this.spec, inputs, count);
    const { rowsPerScore } = this.plan;
    const { numClasses } = this.spec.network;
    const scores = new Float32Array(count * numClasses);
    const starts = Array.from({ length: Math.ceil(count / rowsPerScore) }, (_, part) => part * rowsPerScore);
    const rowLength = sizeOf(this.spec.network.inputShape);
    // Each replica takes the next part when it is done with one: no row's result depends on who computes it.
    await allSettled(
      this.replicas.map(async (replica) => {
        for (let start = starts.shift(); start !== undefined; start = starts.shift()) {
          const part = cutRows(inputs, rowLength, start, rowsPerScore);
          const { logits } = await replica.ask('score', { inputs: part }, [part]);
          const rows = Math.min(rowsPerScore, count - start);
          scores.set(logits.subarray(0, rows * numClasses), start * numClasses);
        }
      }),
    );
    return scores;
  }

  async readState(): Promise<TrainingState> {
    const shares = await allSettled(this.replicas.map((replica) => replica.ask('read', {})));
    const tensors = Object.assign({}, ...shares.map((share) => share.tensors)) as NamedData;
    const restored = this.statePorts.flat().map(({ name, shape, layout }) => {
      const data = tensors[name] ?? new Float32Array();
      return [name, layout === undefined ? data : restoreData(data, shape, layout)] as const;
    });
    return { step: this.stepsDone, tensors: Object.fromEntries(restored) };
  }

  async writeState(state: TrainingState): Promise<void> {
    checkState(state, new Map(this.statePorts.flat().map(({ name, shape }) => [name, sizeOf(shape)])));
    await allSettled(
      this.replicas.map((replica, index) => {
        const arranged = this.statePorts[index]?.map(({ name, shape, layout }) => {
          const data = state.tensors[name] ?? new Float32Array();
          return [name, layout === undefined ? data : arrangeData(data, shape, layout)] as const;
        });
        return replica.ask('write', { tensors: Object.fromEntries(arranged ?? []) });
      }),
    );
    this.stepsDone = state.step;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.stop()));
  }

  /**
   * Every replica moves its share of the weights. A norm that is not finite leaves all of them as they were, and so does a
   * function of a strategy's own that gives NaN.
   *
   * @returns the norm of the mean loss' gradients, before clipping.
   * @throws ZooError TRAINING_FUNCTION_INVALID
   * @see Pascanu, Mikolov and Bengio 2013, "On the difficulty of training recurrent neural networks", algorithm 1 (clipping)
   */
  private async update(
    learningRate: number,
    inverseWeight: number,
  ): Promise<{ gradientNorm: number; facts: UpdateFacts }> {
    const { clipNorm } = this.spec;
    if (clipNorm === undefined) return this.move(learningRate, inverseWeight);
    // Only the norm of all shares tells how far to clip.
    const shares = await allSettled(this.replicas.map((replica) => replica.ask('norm', {})));
    const gradientNorm = Math.fround(normOf(shares) * inverseWeight);
    if (!Number.isFinite(gradientNorm)) return { gradientNorm, facts: {} };
    const scale = inverseWeight * (clipNorm / Math.max(gradientNorm, clipNorm));
    return { gradientNorm, facts: (await this.move(learningRate, scale)).facts };
  }

  /** @param scale of the summed gradients. */
  private async move(
    learningRate: number,
    scale: number,
  ): Promise<{ gradientNorm: number; facts: UpdateFacts }> {
    const scalars = {
      [tensorNames.learningRate]: learningRate,
      [tensorNames.inverseWeight]: scale,
      ...updateScalars(this.spec.optimizer, this.stepsDone + 1),
    };
    const shares = await allSettled(this.replicas.map((replica) => replica.ask('update', { scalars })));
    const gradientNorm = normOf(shares);
    const facts: UpdateFacts = {};
    for (const share of shares) {
      for (const [name, value] of Object.entries(share.facts)) facts[name] = (facts[name] ?? 0) + value;
    }
    const isSound = [gradientNorm, ...Object.values(facts)].every(Number.isFinite);
    if (!isSound) await allSettled(this.replicas.map((replica) => replica.ask('revert', {})));
    // Gradients that are not finite make all that follows from them so.
    if (Number.isFinite(gradientNorm)) checkUpdate(facts, this.stepsDone);
    return { gradientNorm, facts };
  }

  /** The replicas take turns with the parts, always in the same order: sums of floats depend on it. */
  private async findGradients(batch: TrainingBatch): Promise<{ lossSum: number; logits: Float32Array }> {
    const { batchSize, network } = this.spec;
    const { rowsPerRun, replicas } = this.plan;
    const parts = this.cutBatch(batch);
    const answers = await allSettled(
      this.replicas.map((replica, index) => {
        const own = parts.filter((_, part) => part % replicas === index);
        return replica.ask('gradients', { parts: own }, own.flatMap(Object.values<Float32Array>));
      }),
    );
    const logits = new Float32Array(batchSize * network.numClasses);
    let lossSum = 0;
    for (let part = 0; part < parts.length; part++) {
      const answer = answers[part % replicas];
      const turn = Math.floor(part / replicas);
      lossSum += answer?.losses[turn] ?? NaN;
      const rows = Math.min(rowsPerRun, batchSize - part * rowsPerRun);
      const found = answer?.logits[turn]?.subarray(0, rows * network.numClasses) ?? [];
      logits.set(found, part * rowsPerRun * network.numClasses);
    }
    return { lossSum, logits };
  }

  /** What every run takes besides the weights. Rows that the last one lacks are zero, and so are their targets. */
  private cutBatch({ inputs, targets }: TrainingBatch): NamedData[] {
    const { batchSize, seed } = this.spec;
    const { rowsPerRun } = this.plan;
    const whole: NamedData = {
      [tensorNames.inputs]: inputs,
      [tensorNames.targets]: targets,
      ...drawDropoutMasks(this.masks, seed, this.stepsDone),
    };
    return Array.from({ length: Math.ceil(batchSize / rowsPerRun) }, (_, part) =>
      Object.fromEntries(
        Object.entries(whole).map(([name, data]) => [
          name,
          cutRows(data, data.length / batchSize, part * rowsPerRun, rowsPerRun),
        ]),
      ),
    );
  }

  private initialState(): TrainingState {
    const weights = new Map(
      this.spec.network.weights.map(({ name, value }) => [tensorNames.weight(name), value]),
    );
    const tensors = this.statePorts
      .flat()
      .map(({ name, shape }) => [name, weights.get(name) ?? new Float32Array(sizeOf(shape))] as const);
    return { step: 0, tensors: Object.fromEntries(tensors) };
  }
}

/** L2 norm over all replicas' shares. */
function normOf(shares: { gradientNorm: number }[]): number {
  return shares.length === 1
    ? (shares[0]?.gradientNorm ?? NaN)
    : Math.sqrt(shares.reduce((sum, { gradientNorm }) => sum + gradientNorm ** 2, 0));
}

/** A copy of some rows, with zeros for those past the end. */
function cutRows(data: Float32Array, rowLength: number, start: number, rows: number): Float32Array {
  const part = new Float32Array(rows * rowLength);
  part.set(data.subarray(start * rowLength, (start + rows) * rowLength));
  return part;
}

/** Waits for all, also when one fails: a replica at work cannot be asked for more. */
async function allSettled<Result>(promises: Promise<Result>[]): Promise<Result[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}
