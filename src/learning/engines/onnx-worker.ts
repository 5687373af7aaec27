import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { sessionOptions } from './onnx-session-options.js';

/** What a thread is started with. The model's bytes are shared, not copied to every thread. */
export interface OnnxWorkerData {
  model: SharedArrayBuffer;
  input: string;
  outputs: string[];
  threads: number;
}

/** Pictures to run: [count, height, width, channels]. */
export interface OnnxRequest {
  pictures: Uint8Array | Float32Array;
  shape: number[];
}

/** The first answer says that the session stands; each further one answers a request. */
export type OnnxAnswer = { outputs: Float32Array[] } | { error: string };

/** Runs one ONNX Runtime session on a thread of its own: `run` blocks, and the job's own thread must not. */
async function main({ model, input, outputs, threads }: OnnxWorkerData): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('this is a worker thread; createOnnxSession starts it');
  const answer = (message: OnnxAnswer) =>
    port.postMessage(
      message,
      'outputs' in message ? message.outputs.map((rows) => rows.buffer as ArrayBuffer) : [],
    );
  // ONNX Runtime cannot read shared memory; the copy is gone once the session stands.
  const session = await InferenceSession.create(new Uint8Array(model).slice(), sessionOptions(threads));
  port.on('message', (request: OnnxRequest) => {
    run(request).then(
      (rows) => answer({ outputs: rows }),
      (error: unknown) => answer({ error: error instanceof Error ? error.message : String(error) }),
    );
  });
  answer({ outputs: [] });

  async function run({ pictures, shape }: OnnxRequest): Promise<Float32Array[]> {
    const tensor =
      pictures instanceof Uint8Array
        ? new Tensor('uint8', pictures, shape)
        : new Tensor('float32', pictures, shape);
    const results = await session.run({ [input]: tensor });
    return outputs.map((name) => {
      const data = results[name]?.data;
      if (!(data instanceof Float32Array)) throw new Error(`output ${name} is not float32`);
      // The session owns its buffers; a copy can be handed over.
      return data.slice();
    });
  }
}

await main(workerData as OnnxWorkerData);
