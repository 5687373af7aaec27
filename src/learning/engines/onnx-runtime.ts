import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { entryPoint } from '../../entry-points.js';
import type { LoweredNetwork } from '../onnx/lower-network.js';
import type { OnnxAnswer, OnnxRequest, OnnxWorkerData } from './onnx-worker.js';

/** Runs a lowered network on ONNX Runtime's CPU provider, on threads of its own. Use it in a job's process only. */
export interface OnnxSession {
  /**
   * May be called again before it is done: what waits keeps the threads busy.
   *
   * @param pictures uint8 or float32 [count, height, width, channels], as the network was lowered for.
   * @returns per output, float32 [count, length].
   */
  run(pictures: Uint8Array | Float32Array, shape: number[]): Promise<Float32Array[]>;
  dispose(): Promise<void>;
}

/** Names the engine in cache keys: results of different versions may differ in the last bits. */
export const onnxRuntimeEngine = `onnxruntime-node@${version()}/cpu`;

/**
 * Pictures a thread takes at once. Few, so that what the layers hand on stays in the core's cache: one thread per
 * picture costs a quarter less than all threads on one layer of a large batch.
 */
const picturesPerRun = 4;
/** All sessions together may hold weights of about this size; large networks get fewer sessions of more threads. */
const weightBudgetBytes = 2 ** 30;

/** @param threads CPU threads the network may use. */
export async function createOnnxSession(network: LoweredNetwork, threads: number): Promise<OnnxSession> {
  const sessions = Math.max(1, Math.min(threads, Math.floor(weightBudgetBytes / network.bytes.length)));
  const model = new SharedArrayBuffer(network.bytes.length);
  new Uint8Array(model).set(network.bytes);
  const data: OnnxWorkerData = {
    model,
    input: network.input,
    outputs: network.outputs.map((output) => output.name),
    threads: Math.max(1, Math.floor(threads / sessions)),
  };
  const workers = Array.from({ length: sessions }, () => new OnnxThread(data));
  try {
    await Promise.all(workers.map((worker) => worker.ready));
  } catch (error) {
    await Promise.all(workers.map((worker) => worker.stop()));
    throw error;
  }
  const queue = new TaskQueue(workers);
  return {
    run: (pictures, shape) => runInParts(network, queue, pictures, shape),
    dispose: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
}

async function runInParts(
  network: LoweredNetwork,
  queue: TaskQueue,
  pictures: Uint8Array | Float32Array,
  [count = 0, ...pictureShape]: number[],
): Promise<Float32Array[]> {
  const size = pictureShape.reduce((product, length) => product * length, 1);
  const results = network.outputs.map(({ length }) => new Float32Array(count * length));
  const starts = Array.from(
    { length: Math.ceil(count / picturesPerRun) },
    (_, part) => part * picturesPerRun,
  );
  await Promise.all(
    starts.map(async (start) => {
      const end = Math.min(count, start + picturesPerRun);
      const part = pictures.slice(start * size, end * size);
      const outputs = await queue.run({ pictures: part, shape: [end - start, ...pictureShape] });
      network.outputs.forEach(({ length }, index) => {
        const rows = outputs[index];
        if (rows !== undefined) results[index]?.set(rows, start * length);
      });
    }),
  );
  return results;
}

/** Gives each free thread the next request. */
class TaskQueue {
  private readonly free: OnnxThread[];
  private readonly waiting: ((thread: OnnxThread) => void)[] = [];

  constructor(threads: OnnxThread[]) {
    this.free = [...threads];
  }

  async run(request: OnnxRequest): Promise<Float32Array[]> {
    const thread =
      this.free.pop() ?? (await new Promise<OnnxThread>((resolve) => this.waiting.push(resolve)));
    try {
      return await thread.ask(request);
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free.push(thread);
      else next(thread);
    }
  }
}

/** One session on one thread; one request at a time. */
class OnnxThread {
  readonly ready: Promise<unknown>;
  private readonly worker: Worker;
  private failure: Error | undefined;
  private pending: { resolve(outputs: Float32Array[]): void; reject(error: Error): void } | undefined;

  constructor(data: OnnxWorkerData) {
    this.worker = new Worker(entryPoint('learning/engines/onnx-worker'), { workerData: data });
    this.worker.on('message', (answer: OnnxAnswer) => {
      if ('error' in answer) this.settle((pending) => pending.reject(new Error(answer.error)));
      else this.settle((pending) => pending.resolve(answer.outputs));
    });
    this.worker.on('error', (error: Error) => this.fail(error));
    this.worker.on('exit', () => this.fail(new Error('the network’s thread has ended')));
    this.ready = this.expectAnswer();
  }

  ask(request: OnnxRequest): Promise<Float32Array[]> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const answer = this.expectAnswer();
    this.worker.postMessage(request, [request.pictures.buffer as ArrayBuffer]);
    return answer;
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }

  private expectAnswer(): Promise<Float32Array[]> {
    // Only a thread at work keeps the process alive.
    this.worker.ref();
    return new Promise((resolve, reject) => {
      this.pending = { resolve, reject };
    });
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.settle((pending) => pending.reject(error));
  }

  private settle(how: (pending: NonNullable<OnnxThread['pending']>) => void): void {
    const { pending } = this;
    this.pending = undefined;
    this.worker.unref();
    if (pending !== undefined) how(pending);
  }
}

function version(): string {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  return version;
}
