import { InferenceSession, Tensor } from 'onnxruntime-node';
import { encodeOnnxModel, type OnnxNode } from '../../../onnx/onnx-model.js';
import { sessionOptions } from '../../../engines/onnx-session-options.js';

/**
 * Finds out whether ONNX Runtime's inner form for pictures can be used on this machine, in which the channels lie in
 * blocks as long as the CPU's vectors. It is not part of ONNX Runtime's promises, so its block length is looked at and one
 * depthwise convolution is compared with the plain form's.
 *
 * @param convolve makes the session's answers; replaced in tests.
 * @returns channels in a block, or 0: it cannot be used, and everything is computed in the plain form.
 */
export async function probeNchwc(convolve: Convolve = runBothForms): Promise<number> {
  try {
    const { blocked, plain, interleaved } = await convolve();
    const blockSize = blockSizeIn(interleaved);
    const agrees =
      blocked.length === plain.length &&
      blocked.every((value, index) => Math.abs(value - (plain[index] ?? NaN)) <= tolerance);
    return agrees ? blockSize : 0;
  } catch {
    return 0;
  }
}

/** What the probe looks at. */
export interface NchwcSample {
  /** A picture [channels, 1, 2] in which every number is its own position, in the inner form. */
  interleaved: Float32Array;
  /** A depthwise convolution computed in the inner form, brought back. */
  blocked: Float32Array;
  /** The same in the plain form. */
  plain: Float32Array;
}

export type Convolve = () => Promise<NchwcSample>;

/** Of sums of nine products of numbers below 1. */
const tolerance = 1e-5;
/** A multiple of every block length there is. */
const channels = 32;
const [height, width] = [5, 4];
const attributes = {
  kernel_shape: [3, 3],
  pads: [1, 1, 1, 1],
  strides: [1, 1],
  dilations: [1, 1],
  group: channels,
};

/** The second pixel of channel 0 has position 1; it comes after the first pixels of a whole block. */
function blockSizeIn(interleaved: Float32Array): number {
  const blockSize = interleaved.indexOf(1);
  return blockSize === 8 || blockSize === 16 ? blockSize : 0;
}

async function runBothForms(): Promise<NchwcSample> {
  const first = await InferenceSession.create(positionsModel(), sessionOptions(1));
  const second = await InferenceSession.create(convolutionModel(), sessionOptions(1));
  try {
    const positions = new Tensor(
      'float32',
      Float32Array.from({ length: 2 * channels }, (_, i) => i),
      [1, channels, 1, 2],
    );
    const { interleaved } = await first.run({ positions });
    const block = blockSizeIn(numbersIn(interleaved)) || 8;
    const kernel = waves(channels * 9);
    const { blocked, plain } = await second.run({
      picture: new Tensor('float32', waves(channels * height * width), [1, channels, height, width]),
      kernel: new Tensor('float32', kernel, [channels, 1, 3, 3]),
      blockedKernel: new Tensor('float32', inBlocks(kernel, block), [channels, 1, 3, 3]),
    });
    return { interleaved: numbersIn(interleaved), blocked: numbersIn(blocked), plain: numbersIn(plain) };
  } finally {
    await Promise.all([first.release(), second.release()]);
  }
}

function positionsModel(): Uint8Array {
  const shape = [1, channels, 1, 2];
  return encodeOnnxModel({
    nodes: [toBlocks('positions', 'interleaved')],
    tensors: [],
    inputs: [{ name: 'positions', type: 'float32', shape }],
    outputs: [{ name: 'interleaved', type: 'float32', shape }],
  });
}

function convolutionModel(): Uint8Array {
  const shape = [1, channels, height, width];
  const kernelShape = [channels, 1, 3, 3];
  return encodeOnnxModel({
    nodes: [
      toBlocks('picture', 'pictureInBlocks'),
      {
        op: 'Conv',
        inputs: ['pictureInBlocks', 'blockedKernel'],
        outputs: ['convolvedInBlocks'],
        attributes,
        domain: 'com.microsoft.nchwc',
      },
      {
        op: 'ReorderOutput',
        inputs: ['convolvedInBlocks'],
        outputs: ['blocked'],
        attributes: { channels, channels_last: 0 },
        domain: 'com.microsoft.nchwc',
      },
      { op: 'Conv', inputs: ['picture', 'kernel'], outputs: ['plain'], attributes },
    ],
    tensors: [],
    inputs: [
      { name: 'picture', type: 'float32', shape },
      { name: 'kernel', type: 'float32', shape: kernelShape },
      { name: 'blockedKernel', type: 'float32', shape: kernelShape },
    ],
    outputs: ['blocked', 'plain'].map((name) => ({ name, type: 'float32', shape })),
  });
}

function toBlocks(input: string, output: string): OnnxNode {
  return {
    op: 'ReorderInput',
    inputs: [input],
    outputs: [output],
    attributes: { channels_last: 0 },
    domain: 'com.microsoft.nchwc',
  };
}

/** [channels, 9] → [channels / block, 9, block]. */
function inBlocks(kernel: Float32Array, block: number): Float32Array {
  return kernel.map((_, index) => {
    const [chunk, rest] = [Math.floor(index / (9 * block)), index % (9 * block)];
    return kernel[(chunk * block + (rest % block)) * 9 + Math.floor(rest / block)] ?? 0;
  });
}

function waves(length: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => Math.sin(index * 0.7));
}

function numbersIn(tensor: Tensor | undefined): Float32Array {
  if (!(tensor?.data instanceof Float32Array)) throw new Error('the probe gave no numbers');
  return tensor.data;
}
