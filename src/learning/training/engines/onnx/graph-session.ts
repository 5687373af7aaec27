import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { LoweredGraph, LoweredPort } from '../../lower/lowered-graph.js';
import { arrange, arrangeData, restoreData } from '../../lower/layout.js';
import { sessionOptions } from '../../../engines/onnx-session-options.js';

/** One lowered graph, ready to run on the calling thread, which it blocks. For tests and tools; training uses threads. */
export interface GraphSession {
  /** By port name, row-major in the program's own order of axes, both ways. */
  run(inputs: Record<string, Float32Array | Int32Array>): Promise<Record<string, Float32Array>>;
  dispose(): Promise<void>;
}

/** @param options.threads CPU threads of one operation. */
export async function createGraphSession(
  lowered: LoweredGraph,
  options: { threads: number },
): Promise<GraphSession> {
  const session = await InferenceSession.create(lowered.bytes, sessionOptions(options.threads));
  return {
    async run(inputs) {
      const feeds = lowered.inputs.map((port) => [port.tensor, tensorOf(port, inputs[port.name])] as const);
      const results = await session.run(Object.fromEntries(feeds));
      return Object.fromEntries(
        lowered.outputs.map((port) => [port.name, dataOf(port, results[port.tensor]?.data)]),
      );
    },
    dispose: () => session.release(),
  };
}

function tensorOf({ name, shape, dtype, layout }: LoweredPort, data?: Float32Array | Int32Array): Tensor {
  if (data === undefined) throw new Error(`the graph's input ${name} is missing`);
  const arranged = layout === undefined ? data : arrangeData(data, shape, layout);
  return new Tensor(dtype, arranged, layout === undefined ? shape : arrange(shape, layout));
}

function dataOf({ name, shape, layout }: LoweredPort, data: unknown): Float32Array {
  if (data instanceof Int32Array) return Float32Array.from(data);
  if (!(data instanceof Float32Array)) throw new Error(`the graph's output ${name} is not float32`);
  return layout === undefined ? data : restoreData(data, shape, layout);
}
