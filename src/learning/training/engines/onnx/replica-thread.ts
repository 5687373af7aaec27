import { Worker } from 'node:worker_threads';
import { entryPoint } from '../../../../entry-points.js';
import type { ReplicaAnswer, ReplicaData, ReplicaRequests } from './replica-protocol.js';

/** A replica as the job's own thread sees it. One request at a time. */
export class ReplicaThread {
  /** Done when its sessions stand. */
  readonly ready: Promise<unknown>;
  private readonly worker: Worker;
  private failure: Error | undefined;
  private lastAnswer: Promise<object> = Promise.resolve({});
  private pending: { resolve(answer: object): void; reject(error: Error): void } | undefined;

  constructor(data: ReplicaData) {
    this.worker = new Worker(entryPoint('learning/training/engines/onnx/replica-worker'), {
      workerData: data,
    });
    this.worker.on('message', (answer: ReplicaAnswer) => {
      if ('error' in answer) this.settle((pending) => pending.reject(new Error(answer.error)));
      else this.settle((pending) => pending.resolve(answer.answer));
    });
    this.worker.on('error', (error: Error) => this.fail(error));
    this.worker.on('exit', () => this.fail(new Error('the training’s thread has ended')));
    this.ready = this.expectAnswer();
  }

  /** @param handedOver arrays of the request that are moved, not copied: they are empty afterwards. */
  async ask<Kind extends keyof ReplicaRequests>(
    kind: Kind,
    request: ReplicaRequests[Kind]['request'],
    handedOver: Float32Array[] = [],
  ): Promise<ReplicaRequests[Kind]['answer']> {
    if (this.failure !== undefined) throw this.failure;
    const answer = this.expectAnswer();
    this.worker.postMessage(
      { kind, ...request },
      handedOver.map((array) => array.buffer as ArrayBuffer),
    );
    return answer;
  }

  /** Waits until the thread is idle: ended in the midst of a run, ONNX Runtime takes the whole process along. */
  async stop(): Promise<void> {
    await this.lastAnswer.catch(() => undefined);
    await this.worker.terminate();
  }

  private expectAnswer(): Promise<object> {
    // Only a thread at work keeps the process alive.
    this.worker.ref();
    this.lastAnswer = new Promise((resolve, reject) => {
      this.pending = { resolve, reject };
    });
    return this.lastAnswer;
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.settle((pending) => pending.reject(error));
  }

  private settle(how: (pending: NonNullable<ReplicaThread['pending']>) => void): void {
    const { pending } = this;
    this.pending = undefined;
    this.worker.unref();
    if (pending !== undefined) how(pending);
  }
}
