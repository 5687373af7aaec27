import { InferenceSession, Tensor } from 'onnxruntime-node';
import { arrange } from '../../lower/layout.js';
import type { LoweredPort } from '../../lower/lowered-graph.js';
import type { SharedModel } from './replica-protocol.js';
import { sessionOptions } from '../../../engines/onnx-session-options.js';

/** Tensors by the programs' names. */
export type Tensors = Record<string, Tensor>;

/**
 * An ONNX Runtime session that reads from and writes into tensors that its caller keeps. (Its Node.js binding copies
 * every output into a new array besides, which nobody keeps: outputs cost more than the graph shows.)
 */
export interface BoundSession {
  /** @param given holds every input. @param taken receives every output. */
  run(given: Tensors, taken: Tensors): Promise<void>;
}

export async function openBoundSession({
  bytes,
  inputs,
  outputs,
  threads,
}: SharedModel): Promise<BoundSession> {
  // ONNX Runtime cannot read shared memory; the copy is gone once the session stands.
  const session = await InferenceSession.create(new Uint8Array(bytes).slice(), sessionOptions(threads));
  return {
    async run(given, taken) {
      await session.run(pick(given, inputs), pick(taken, outputs));
    },
  };
}

/** Room for the tensors of some ports. */
export function allocate(ports: readonly LoweredPort[]): Tensors {
  return Object.fromEntries(
    ports.map((port) => {
      const shape = arrange(port.shape, port.layout ?? [...port.shape.keys()]);
      const length = shape.reduce((product, extent) => product * extent, 1);
      return [port.name, new Tensor('float32', new Float32Array(length), shape)];
    }),
  );
}

/** The tensor's own memory. */
export function dataOf(tensors: Tensors, name: string): Float32Array {
  const data = tensors[name]?.data;
  if (!(data instanceof Float32Array)) throw new Error(`there is no float32 tensor ${name}`);
  return data;
}

function pick(tensors: Tensors, ports: readonly LoweredPort[]): Tensors {
  return Object.fromEntries(
    ports.map(({ name, tensor }) => {
      const found = tensors[name];
      if (found === undefined) throw new Error(`the tensor ${name} is missing`);
      return [tensor, found];
    }),
  );
}
