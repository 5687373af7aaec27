import {
  engine,
  KernelBackend,
  registerKernel,
  type BackendValues,
  type DataType,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { ValueReadError, type TensorSpec } from '../tensor-program.js';
import { KernelCall, type KernelRule } from './kernel-rule.js';
import { kernelRules } from './kernel-rules.js';
import type { RecordedValue } from './recorded-graph.js';

/** The name under which tfjs knows the backend while a program is recorded. */
export const recordingBackendName = 'record';

/** Kernels that tfjs also calls where type and shape are already what they should be. */
const changesNothing = new Set(['Cast', 'Reshape']);

/**
 * A tfjs backend that computes nothing: it gives every kernel's output its shape and writes down where it comes from.
 * One of these lives for one recording.
 */
export class RecordingBackend extends KernelBackend {
  /** Why the record is of no use, where the program read a value that is not there. */
  refusal: ValueReadError | undefined;
  private readonly values = new WeakMap<object, RecordedValue>();
  private nextId = 0;

  constructor(private readonly program: string) {
    super();
  }

  /** A tensor that stands for an input of the program. */
  createInput(name: string, { shape, dtype }: TensorSpec): Tensor {
    const info = this.admit(this.createValue({ op: 'Input', name, shape, dtype }));
    return engine().makeTensorFromTensorInfo(info);
  }

  /** What is recorded of a tensor. A tensor made on another backend before the recording is a constant. */
  recordOf({ dataId, shape, dtype }: TensorInfo): RecordedValue {
    let value = this.values.get(dataId);
    if (value === undefined) {
      value = this.createConstant(engine().readSync(dataId), shape, dtype);
      this.values.set(dataId, value);
    }
    if (sameShape(value.shape, shape)) return value;
    // tfjs lets tensors of different shapes share their data.
    return this.createValue({
      op: 'Reshape',
      inputs: { x: value },
      attributes: { shape },
      shape,
      dtype: value.dtype,
    });
  }

  /** Records one call of a kernel. */
  recordCall(kernel: string, rule: KernelRule, inputs: Record<string, RecordedValue>, attributes: object) {
    const call = new KernelCall(kernel, inputs, { ...attributes });
    const specs = rule(call);
    if (!Array.isArray(specs)) {
      const { x } = inputs;
      if (changesNothing.has(kernel) && x?.dtype === specs.dtype && sameShape(x.shape, specs.shape)) {
        return this.admit(x);
      }
      return this.admit(this.createValue({ op: kernel, inputs, attributes: call.attributes, ...specs }));
    }
    const siblings: RecordedValue[] = [];
    for (const [output, spec] of specs.entries()) {
      const value = { op: kernel, inputs, attributes: call.attributes, output, siblings, ...spec };
      siblings.push(this.createValue(value));
    }
    return siblings.map((value) => this.admit(value));
  }

  /** A tensor that is another under a new name. */
  admit(value: RecordedValue): TensorInfo {
    const dataId = {};
    this.values.set(dataId, value);
    return { dataId, shape: value.shape, dtype: value.dtype };
  }

  createConstant(values: BackendValues, shape: number[], dtype: DataType): RecordedValue {
    if (dtype === 'string' || dtype === 'complex64') {
      throw new Error(`the program ${this.program} holds a tensor of type ${dtype}; numbers are expected`);
    }
    const data = values as Float32Array | Int32Array | Uint8Array;
    const [first] = data;
    const uniform = data.length > 1 && data.every((value) => value === first);
    return this.createValue({
      op: 'Constant',
      shape: [...shape],
      dtype,
      data,
      attributes: uniform ? { uniform: first } : {},
    });
  }

  override write(values: BackendValues, shape: number[], dtype: DataType): object {
    return this.admit(this.createConstant(values, shape, dtype)).dataId;
  }

  override move(dataId: object, values: BackendValues, shape: number[], dtype: DataType): void {
    this.values.set(dataId, this.createConstant(values, shape, dtype));
  }

  override readSync(): BackendValues {
    throw this.refuseReading();
  }

  /** Does not reject: nobody would be there to catch it. The recorder sees the refusal. */
  override read(): Promise<BackendValues> {
    this.refuseReading();
    return Promise.resolve(new Float32Array());
  }

  override disposeData(): boolean {
    return true;
  }

  override incRef(): void {}

  override refCount(): number {
    return 1;
  }

  override numDataIds(): number {
    return 0;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override timerAvailable(): boolean {
    return false;
  }

  override dispose(): void {}

  private createValue(
    value: Pick<RecordedValue, 'op' | 'shape' | 'dtype'> & Partial<RecordedValue>,
  ): RecordedValue {
    return { inputs: {}, attributes: {}, output: 0, ...value, id: this.nextId++ };
  }

  private refuseReading(): ValueReadError {
    this.refusal ??= new ValueReadError(
      `the program ${this.program} reads a tensor's value while it is recorded, when there is none yet; ` +
        'a program may not depend on values: make what changes from step to step an input',
    );
    return this.refusal;
  }
}

for (const [kernelName, rule] of Object.entries(kernelRules)) {
  registerKernel({
    kernelName,
    backendName: recordingBackendName,
    kernelFunc({ inputs, attrs, backend }) {
      const recorder = backend as RecordingBackend;
      const recorded: Record<string, RecordedValue> = {};
      for (const [name, tensor] of Object.entries(inputs)) {
        // Left out, such as the scale of a batch normalisation without one.
        if (tensor !== undefined && tensor !== null) recorded[name] = recorder.recordOf(tensor);
      }
      return recorder.recordCall(kernelName, rule, recorded, attrs ?? {});
    },
  });
}

// tfjs copies tensors when it keeps them for the backward pass; nothing of that belongs in the record.
registerKernel({
  kernelName: 'Identity',
  backendName: recordingBackendName,
  kernelFunc({ inputs: { x }, backend }) {
    if (x === undefined) throw new Error('tfjs called Identity without its tensor');
    const recorder = backend as RecordingBackend;
    return recorder.admit(recorder.recordOf(x));
  },
});

registerKernel({
  kernelName: 'Fill',
  backendName: recordingBackendName,
  kernelFunc({ attrs, backend }) {
    const { shape, value, dtype } = attrs as unknown as { shape: number[]; value: number; dtype?: DataType };
    const size = shape.reduce((product, length) => product * length, 1);
    const filled = (dtype === 'int32' ? new Int32Array(size) : new Float32Array(size)).fill(value);
    const recorder = backend as RecordingBackend;
    return recorder.admit(recorder.createConstant(filled, shape, dtype === 'int32' ? 'int32' : 'float32'));
  },
});

function sameShape(first: readonly number[], second: readonly number[]): boolean {
  return first.length === second.length && first.every((length, axis) => length === second[axis]);
}
