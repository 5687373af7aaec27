import type { RecordedValue } from './recorded-graph.js';

/** What a kernel gives, known before anything is computed. */
export interface OutputSpec {
  shape: number[];
  dtype: RecordedValue['dtype'];
}

/** One call of a kernel: its tensors and attributes by tfjs' names. A list of tensors is named `0`, `1`, …, in order. */
export class KernelCall {
  constructor(
    readonly kernel: string,
    readonly inputs: Record<string, RecordedValue>,
    readonly attributes: Record<string, unknown>,
  ) {}

  /** The tensor of that name. @throws when the kernel was called without it. */
  input(name: string): RecordedValue {
    const value = this.inputs[name];
    if (value === undefined) throw new Error(`tfjs called ${this.kernel} without its tensor ${name}`);
    return value;
  }

  /** The tensors of a kernel that takes a list. */
  list(): [RecordedValue, ...RecordedValue[]] {
    const [first, ...rest] = Object.values(this.inputs);
    if (first === undefined) throw new Error(`tfjs called ${this.kernel} without tensors`);
    return [first, ...rest];
  }

  /** The attribute of that name, of the type that tfjs declares for it. */
  attribute<T>(name: string): T {
    return this.attributes[name] as T;
  }
}

/** Shape and type of what a kernel gives: one, or several where the kernel has several outputs. */
export type KernelRule = (call: KernelCall) => OutputSpec | OutputSpec[];

export type KernelRules = Record<string, KernelRule>;

/** The same rule for several kernels. */
export function sameRule(kernels: readonly string[], rule: KernelRule): KernelRules {
  return Object.fromEntries(kernels.map((kernel) => [kernel, rule]));
}

/** Gives what it takes: shape and type of the tensor of that name. */
export function like(input: string): KernelRule {
  return (call) => {
    const { shape, dtype } = call.input(input);
    return { shape, dtype };
  };
}
