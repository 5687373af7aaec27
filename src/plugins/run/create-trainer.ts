import { createHash } from 'node:crypto';
import type { FeatureCache } from '../../learning/features/feature-cache.js';
import type { LoadedModel } from '../../learning/tfjs-layers/network.js';
import { buildTrainableNetwork, headOf } from '../../learning/training/build-trainable-network.js';
import { compileOnBest, type CompiledTraining } from '../../learning/training/engines/choose-engine.js';
import type { EngineWish } from '../../learning/training/engines/engine-wish.js';
import {
  estimateTrainingMemory,
  requireTrainingMemory,
} from '../../learning/training/estimate-training-memory.js';
import { describeFunction } from '../../learning/training/loop/checkpoint/describe-function.js';
import { findLearningRate } from '../../learning/training/loop/learning-rate/find-learning-rate.js';
import { trainClassifier } from '../../learning/training/loop/train-classifier.js';
import { isOwnOptimizer, type OptimizerRule } from '../../learning/training/programs/optimizer-rule.js';
import type { TrainableNetwork } from '../../learning/training/trainable-network.js';
import type { Checkpoints } from '../contract/checkpoints.js';
import type { TrainedNetwork, Trainer, TrainerSetup } from '../contract.js';
import type { RunReporter } from './run-reporter.js';
import type { SplitPictures } from './split-pictures.js';
import { openTrainingPictures, type TrainingPictures } from './training-pictures.js';

export interface TrainerInput {
  /** The base model with another input size. */
  baseAt(inputSize: number | undefined): Promise<LoadedModel>;
  numClasses: number;
  pictures: { train: SplitPictures; validation: SplitPictures };
  cache: FeatureCache;
  checkpoints: Checkpoints;
  engine: Omit<EngineWish, 'threads'>;
  /** Resident memory that the process may plan with. */
  memoryBytes: number;
  seed: number;
  threads: number;
  signal: AbortSignal;
  on: RunReporter;
}

/** Seconds of training after which a checkpoint is worth its time, beside those between epochs. */
const checkpointSeconds = 60;

/** Prepares a training: network, memory, engine, pictures, in this order, so that what cannot work fails early. */
export async function createTrainer(input: TrainerInput, setup: TrainerSetup): Promise<Trainer> {
  const { numClasses, seed, threads, on } = input;
  const model = await input.baseAt(setup.cut.inputSize);
  const network = buildTrainableNetwork({ model, numClasses, seed, ...setup });
  const { neededBytes, availableBytes } = planMemory(network, input, setup);
  on.log(`Training takes about ${Math.ceil(neededBytes / 2 ** 20)} MiB of memory beside the pictures.`);
  const compiled = await compileOnBest(
    {
      network,
      optimizer: setup.optimizer,
      loss: setup.loss,
      penalty: setup.penalty,
      batchSize: setup.batchSize,
      clipNorm: setup.clipNorm,
      seed,
      threads,
    },
    { ...input.engine, threads },
    on.log,
  );
  try {
    const pictures = await openTrainingPictures({
      ...input,
      model,
      setup,
      memoryBytes: Math.floor((availableBytes - neededBytes) / 2),
    });
    return new NetworkTrainer(input, setup, network, compiled, pictures);
  } catch (error) {
    await compiled.step.dispose();
    throw error;
  }
}

/**
 * Finds out whether a training would fit into memory, before anything is prepared for it. What its head is does not matter.
 *
 * @throws ZooError TRAINING_MEMORY_INSUFFICIENT
 */
export async function requireMemory(
  input: Pick<TrainerInput, 'baseAt' | 'numClasses' | 'seed' | 'memoryBytes' | 'threads' | 'engine'>,
  setup: Omit<TrainerSetup, 'head'>,
): Promise<void> {
  const model = await input.baseAt(setup.cut.inputSize);
  const { numClasses, seed } = input;
  planMemory(buildTrainableNetwork({ model, numClasses, seed, ...setup, head: 'random' }), input, setup);
}

/** @returns bytes that training takes, and those that there are. @throws ZooError TRAINING_MEMORY_INSUFFICIENT */
function planMemory(
  network: TrainableNetwork,
  { memoryBytes, threads, engine }: Pick<TrainerInput, 'memoryBytes' | 'threads' | 'engine'>,
  { optimizer, penalty, batchSize: wanted }: Pick<TrainerSetup, 'optimizer' | 'penalty' | 'batchSize'>,
): { neededBytes: number; availableBytes: number } {
  const isCompiled = !engine.wanted.startsWith('tfjs');
  const availableBytes = memoryBytes - process.memoryUsage.rss();
  const estimate = (batchSize: number) =>
    estimateTrainingMemory(network, {
      optimizer,
      keepsStart: penalty !== undefined,
      batchSize,
      threads,
      isCompiled,
    });
  const { totalBytes } = requireTrainingMemory(estimate, availableBytes, wanted);
  return { neededBytes: totalBytes, availableBytes };
}

class NetworkTrainer implements Trainer {
  readonly engine: string;
  readonly trainedParameterCount: number;
  readonly train: Trainer['train'];
  readonly validation: Trainer['validation'];
  readonly step: Trainer['step'];

  constructor(
    private readonly input: TrainerInput,
    private readonly setup: TrainerSetup,
    private readonly network: TrainableNetwork,
    private readonly compiled: CompiledTraining,
    private readonly pictures: TrainingPictures,
  ) {
    const { engine, step } = compiled;
    this.engine = `${engine.version}, ${engine.device}`;
    this.trainedParameterCount = network.weights.reduce(
      (sum, { trained, value }) => sum + (trained ? value.length : 0),
      0,
    );
    this.train = pictures.train;
    this.validation = pictures.validation;
    this.step = step;
  }

  async findLearningRate(recipe: Parameters<Trainer['findLearningRate']>[0]): Promise<number | undefined> {
    const { numClasses, seed, signal, on } = this.input;
    const { step, train: data } = this;
    const search = await findLearningRate({ step, data, numClasses, recipe, seed, signal, on });
    return search.learningRate;
  }

  async fit(recipe: Parameters<Trainer['fit']>[0]): ReturnType<Trainer['fit']> {
    const { numClasses, seed, signal, on, checkpoints } = this.input;
    const { step, train, validation } = this;
    return trainClassifier({
      step,
      train,
      validation,
      numClasses,
      recipe,
      seed,
      signal,
      on,
      checkpoints: {
        identity: this.identity(),
        save: (bytes, at) => checkpoints.save(bytes, at),
        candidates: eachOf(checkpoints),
        everySeconds: checkpointSeconds,
      },
    });
  }

  async read(): Promise<TrainedNetwork> {
    const { tensors } = await this.step.readState();
    const head = headOf(this.network);
    const changed: Record<string, Float32Array> = {};
    const ofHead: Record<string, Float32Array> = {};
    for (const { name, layer } of this.network.weights) {
      const values = tensors[`weight/${name}`];
      if (values === undefined) continue;
      if (layer === head) ofHead[name.slice(layer.length + 1)] = values;
      else changed[name] = values;
    }
    const { kernel, bias } = ofHead;
    if (kernel === undefined || bias === undefined) throw new Error('the engine gave no head back');
    return { weights: kernel, bias, changed };
  }

  async dispose(): Promise<void> {
    await this.step.dispose();
    await this.pictures.dispose();
  }

  /** All that decides what training becomes and that the loop does not know. */
  private identity(): Record<string, string> {
    const { optimizer, loss, penalty, clipNorm } = this.setup;
    const { engine } = this.compiled;
    return {
      engine: engine.version,
      device: engine.device,
      threads: String(this.input.threads),
      network: digestOf(this.network),
      optimizer: isOwnOptimizer(optimizer) ? describeRule(optimizer) : JSON.stringify(optimizer),
      ...(loss === undefined ? {} : { loss: describeFunction(loss) }),
      ...(penalty === undefined ? {} : { penalty: describeFunction(penalty) }),
      clipNorm: String(clipNorm ?? 'none'),
      pictures: this.pictures.digest,
    };
  }
}

/** Reads checkpoints only once they are asked for. */
async function* eachOf(checkpoints: Checkpoints): AsyncGenerator<Uint8Array> {
  yield* await checkpoints.candidates();
}

function describeRule({ slots, weightDecay, scalars, move }: OptimizerRule): string {
  return JSON.stringify([slots, weightDecay, describeFunction(scalars), describeFunction(move)]);
}

function digestOf({ layers, weights, batchNormalization }: TrainableNetwork): string {
  const hash = createHash('sha256').update(
    JSON.stringify([
      batchNormalization,
      layers.map(({ json, inbound }) => [json.class_name, json.config, inbound]),
    ]),
  );
  for (const { name, value, learningRateScale } of weights) {
    hash.update(JSON.stringify([name, learningRateScale]));
    hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  }
  return hash.digest('hex');
}
