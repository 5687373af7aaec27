import type { Tensor } from '@tensorflow/tfjs-core';
import { dropoutMasks, type DropoutMask } from '../../programs/dropout-masks.js';
import { gradientProgram } from '../../programs/gradient-program.js';
import { movingWeights } from '../../programs/network-weights.js';
import { scoreProgram } from '../../programs/score-program.js';
import { tensorNames } from '../../programs/tensor-names.js';
import { updateProgram, updateScalars } from '../../programs/update-program.js';
import type { TensorProgram, Tf } from '../../tensor-program.js';
import { checkBatch, checkScoreInputs } from '../check-batch.js';
import { checkOwnLoss, checkUpdate, updateFacts } from '../check-own-functions.js';
import { checkState } from '../check-state.js';
import { drawDropoutMasks } from '../draw-dropout-masks.js';
import type {
  StepResult,
  TrainingBatch,
  TrainingSpec,
  TrainingState,
  TrainingStep,
} from '../training-engine.js';
import { onBackend } from './on-backend.js';

/** Frozen weights go in like the others: made anew in every step, they would cross over to the device each time. */
const frozenWeights = { frozenWeights: 'inputs' } as const;

type Tensors = Record<string, Tensor>;

/** A training whose weights and slots stay on the device from step to step. */
export class TfjsTrainingStep implements TrainingStep {
  readonly #spec: TrainingSpec;
  readonly #tf: Tf;
  readonly #backend: string;
  readonly #gradients: TensorProgram;
  readonly #update: TensorProgram;
  readonly #masks: DropoutMask[];
  /** What `readState` gives, by name: the weights that training changes, and the slots. */
  readonly #stateShapes: Map<string, number[]>;
  /** All weights, and the slots. */
  #tensors: Tensors;
  #stepsDone = 0;

  constructor(spec: TrainingSpec, tf: Tf, backend: string) {
    const { network, optimizer, loss, penalty, batchSize, clipNorm } = spec;
    this.#spec = spec;
    this.#tf = tf;
    this.#backend = backend;
    this.#gradients = gradientProgram(network, batchSize, { ...frozenWeights, loss });
    this.#update = updateProgram(network, optimizer, clipNorm, penalty);
    this.#masks = dropoutMasks(network, batchSize);
    const slots = Object.entries(this.#update.inputs).filter(([name]) => name.startsWith('slot/'));
    this.#stateShapes = new Map([
      ...movingWeights(network).map(({ name, shape }) => [tensorNames.weight(name), shape] as const),
      ...slots.map(([name, { shape }]) => [name, shape] as const),
    ]);
    this.#tensors = this.#run(() =>
      Object.fromEntries([
        ...network.weights.map(({ name, value, shape }) => [
          tensorNames.weight(name),
          this.#copy(value, shape),
        ]),
        ...slots.map(([name, { shape }]) => [name, tf.zeros(shape)]),
      ]),
    );
  }

  async step(batch: TrainingBatch, learningRate: number): Promise<StepResult> {
    checkBatch(this.#spec, batch);
    const inverseWeight = 1 / batch.targets.reduce((sum, value) => sum + value, 0);
    const { logits, loss: lossSum, ...found } = this.#findGradients(batch);
    try {
      const loss = (await numberIn(lossSum)) * inverseWeight;
      const result = { loss, gradientNorm: NaN, logits: await numbersIn(logits) };
      if (Number.isFinite(loss)) Object.assign(result, await this.#move(found, learningRate, inverseWeight));
      checkOwnLoss(this.#spec, result);
      return result;
    } finally {
      dispose({ ...found, logits, lossSum });
    }
  }

  async score(inputs: Float32Array, count: number): Promise<Float32Array> {
    checkScoreInputs(this.#spec, inputs, count);
    const { network, batchSize } = this.#spec;
    const rowLength = inputs.length / count;
    const scores = new Float32Array(count * network.numClasses);
    for (let start = 0; start < count; start += batchSize) {
      const rows = Math.min(batchSize, count - start);
      const part = inputs.subarray(start * rowLength, (start + rows) * rowLength);
      const { logits } = this.#runProgram(scoreProgram(network, rows, frozenWeights), { inputs: part });
      try {
        scores.set(await numbersIn(logits), start * network.numClasses);
      } finally {
        dispose({ logits });
      }
    }
    return scores;
  }

  async readState(): Promise<TrainingState> {
    const tensors: Record<string, Float32Array> = {};
    for (const name of this.#stateShapes.keys()) tensors[name] = await numbersIn(this.#tensors[name]);
    return { step: this.#stepsDone, tensors };
  }

  async writeState(state: TrainingState): Promise<void> {
    const sizes = [...this.#stateShapes].map(([name, shape]) => [name, sizeOf(shape)] as const);
    checkState(state, new Map(sizes));
    this.#replace(
      this.#run(() =>
        Object.fromEntries(
          [...this.#stateShapes].map(([name, shape]) => [
            name,
            this.#copy(state.tensors[name] ?? new Float32Array(), shape),
          ]),
        ),
      ),
    );
    this.#stepsDone = state.step;
  }

  async dispose(): Promise<void> {
    dispose(this.#tensors);
    this.#tensors = {};
  }

  #findGradients({ inputs, targets }: TrainingBatch): Tensors {
    const masks = drawDropoutMasks(this.#masks, this.#spec.seed, this.#stepsDone);
    return this.#runProgram(this.#gradients, { inputs, targets, ...masks });
  }

  /**
   * One step of the optimizer, unless the gradients' norm is not finite.
   *
   * @throws ZooError TRAINING_FUNCTION_INVALID
   */
  async #move(
    found: Tensors,
    learningRate: number,
    inverseWeight: number,
  ): Promise<Pick<StepResult, 'gradientNorm' | 'penalty'>> {
    const outputs = this.#run(() => {
      const scalars = {
        learningRate,
        inverseWeight,
        ...updateScalars(this.#spec.optimizer, this.#stepsDone + 1),
      };
      const tensors = Object.entries(scalars).map(([name, value]) => [name, this.#tf.scalar(value)]);
      return this.#update.run(this.#tf, { ...this.#tensors, ...found, ...Object.fromEntries(tensors) });
    });
    const names = [tensorNames.gradientNorm, ...updateFacts(this.#spec)];
    const moved = Object.fromEntries(Object.entries(outputs).filter(([name]) => !names.includes(name)));
    let isTaken = false;
    try {
      const facts: Record<string, number> = {};
      for (const name of names) facts[name] = await numberIn(outputs[name]);
      const { gradientNorm = NaN, penalty } = facts;
      if (Number.isFinite(gradientNorm)) {
        checkUpdate(facts, this.#stepsDone);
        this.#replace(moved);
        this.#stepsDone++;
        isTaken = true;
      }
      return { gradientNorm, ...(penalty === undefined ? {} : { penalty }) };
    } finally {
      dispose(Object.fromEntries(names.map((name) => [name, outputs[name]])));
      if (!isTaken) dispose(moved);
    }
  }

  /** @param given what is not on the device already. */
  #runProgram(program: TensorProgram, given: Record<string, Float32Array>): Tensors {
    return this.#run(() => {
      const tensors = Object.entries(given).map(([name, values]) => [
        name,
        this.#tf.tensor(values, program.inputs[name]?.shape, 'float32'),
      ]);
      return program.run(this.#tf, { ...this.#tensors, ...Object.fromEntries(tensors) });
    });
  }

  #run(work: () => Tensors): Tensors {
    return onBackend(this.#tf, this.#backend, work);
  }

  /** The plain backend keeps the very array that it is given. */
  #copy(values: Float32Array, shape: number[]): Tensor {
    return this.#tf.tensor(values.slice(), shape, 'float32');
  }

  #replace(successors: Tensors): void {
    const old = Object.fromEntries(Object.keys(successors).map((name) => [name, this.#tensors[name]]));
    this.#tensors = { ...this.#tensors, ...successors };
    dispose(old);
  }
}

function dispose(tensors: Record<string, Tensor | undefined>): void {
  for (const tensor of Object.values(tensors)) tensor?.dispose();
}

/** A copy: the plain backend would hand out its own. */
async function numbersIn(tensor: Tensor | undefined): Promise<Float32Array> {
  const values = await tensor?.data();
  if (!(values instanceof Float32Array))
    throw new Error('a program did not give a float32 tensor that it should');
  return values.slice();
}

async function numberIn(tensor: Tensor | undefined): Promise<number> {
  const [value] = await numbersIn(tensor);
  return value ?? NaN;
}

function sizeOf(shape: number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
