import { ZooError } from '../../errors.js';
import type { LoadedModel } from '../../learning/tfjs-layers/network.js';
import { writeLayerShards } from '../../learning/tfjs-layers/write-layer-shards.js';
import { PictureData } from '../../learning/training/data/picture-data.js';
import type { EngineWish } from '../../learning/training/engines/engine-wish.js';
import { openTfjs, type OpenTfjs } from '../../learning/training/engines/tfjs/open-tfjs.js';
import type { FitContext, LabelledPictures } from '../contract.js';
import type { RunReporter } from './run-reporter.js';
import type { SplitPictures } from './split-pictures.js';

export interface OwnLoopInput {
  base: LoadedModel;
  /** The base model with another input size. */
  baseAt(inputSize: number | undefined): Promise<LoadedModel>;
  pictures: { train: SplitPictures; validation: SplitPictures };
  engine: EngineWish;
  /** Resident memory that the process may plan with. */
  memoryBytes: number;
  signal: AbortSignal;
  on: Pick<RunReporter, 'log'>;
}

/** More pixels on a side than any network here takes. */
const largestSize = 4096;

/** What strategies with a loop of their own over plain tfjs are given. */
export class OwnLoop implements Pick<FitContext, 'pictures' | 'baseFiles' | 'tf'> {
  #opened: Promise<OpenTfjs & { tensorsBefore: number }> | undefined;

  constructor(private readonly input: OwnLoopInput) {}

  readonly pictures: FitContext['pictures'] = async (split, inputSize) => {
    const { base, pictures, memoryBytes, signal } = this.input;
    // The test split is the evaluation's alone, whatever a strategy asks for.
    if (split !== 'train' && split !== 'validation') {
      throw new RangeError(`a strategy sees the splits train and validation, not ${String(split)}`);
    }
    const { source: images, labels } = pictures[split];
    const data = new PictureData({
      images,
      labels,
      input: sized(base, inputSize),
      memoryBytes: Math.max(0, memoryBytes - process.memoryUsage.rss()) / 4,
    });
    const [height = 0, width = 0, channels = 0] = data.inputShape;
    return {
      count: data.count,
      labels: labels.slice(),
      height,
      width,
      channels,
      async read(indices) {
        const wrong = indices.find((index) => !Number.isInteger(index) || index < 0 || index >= data.count);
        if (wrong === undefined) return data.read(indices, 0, signal);
        throw new RangeError(
          `picture ${wrong} is asked for; the ${split} split has pictures 0 to ${data.count - 1}`,
        );
      },
    } satisfies LabelledPictures;
  };

  readonly baseFiles: FitContext['baseFiles'] = async (inputSize) =>
    writeLayerShards(await this.input.baseAt(inputSize));

  readonly tf: FitContext['tf'] = async () => {
    this.#opened ??= this.open();
    return (await this.#opened).tf;
  };

  /** Says how many tensors the strategy left behind, once it is done: a loop that leaves some every step runs out of memory. */
  async reportLeftTensors(): Promise<void> {
    if (this.#opened === undefined) return;
    const { tf, tensorsBefore } = await this.#opened;
    const left = tf.memory().numTensors - tensorsBefore;
    if (left > 0) this.input.on.log(describeLeftTensors(left));
  }

  private async open(): Promise<OpenTfjs & { tensorsBefore: number }> {
    const opened = await openTfjs(this.input.engine);
    this.input.on.log(`The strategy's own loop runs on ${opened.description}.`);
    return { ...opened, tensorsBefore: opened.tf.memory().numTensors };
  }
}

/** What the log says of tensors that a strategy did not dispose of. */
export function describeLeftTensors(count: number): string {
  return (
    `The strategy left ${count} ${count === 1 ? 'tensor' : 'tensors'} of tfjs behind. Run steps in tf.tidy, and dispose of ` +
    'models, optimizers and variables when done.'
  );
}

function sized({ manifest: { input } }: LoadedModel, inputSize: number | undefined) {
  if (inputSize === undefined) return input;
  if (Number.isInteger(inputSize) && inputSize >= 1 && inputSize <= largestSize) {
    return { ...input, height: inputSize, width: inputSize };
  }
  throw new ZooError(
    'MODEL_INPUT_SIZE_UNSUPPORTED',
    `Pictures of ${inputSize} × ${inputSize} pixels are asked for; whole numbers from 1 to ${largestSize} are accepted.`,
    { height: inputSize, width: inputSize },
  );
}
