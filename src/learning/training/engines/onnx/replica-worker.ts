import { parentPort, workerData } from 'node:worker_threads';
import type { ReplicaAnswer, ReplicaData, ReplicaRequest } from './replica-protocol.js';
import { Replica } from './replica.js';

/** Runs one replica on a thread of its own: ONNX Runtime blocks the thread that calls it. */
async function main(data: ReplicaData): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('this is a worker thread; OnnxTrainingEngine starts it');
  const reply = (answer: ReplicaAnswer) =>
    port.postMessage(answer, 'answer' in answer ? buffersIn(answer.answer) : []);
  const replica = await Replica.open(data);
  port.on('message', (request: ReplicaRequest) => {
    respond(replica, request).then(
      (answer) => reply({ answer }),
      (error: unknown) => reply({ error: error instanceof Error ? error.message : String(error) }),
    );
  });
  reply({ answer: {} });
}

function respond(replica: Replica, request: ReplicaRequest): Promise<object> {
  switch (request.kind) {
    case 'gradients':
      return replica.gradients(request);
    case 'norm':
      return replica.norm();
    case 'update':
      return replica.update(request);
    case 'revert':
      return replica.revert();
    case 'score':
      return replica.score(request);
    case 'read':
      return replica.read();
    case 'write':
      return replica.write(request);
  }
}

/** Arrays are handed over, not copied: a replica gives only copies away. */
function buffersIn(value: unknown): ArrayBuffer[] {
  if (value instanceof Float32Array) return [value.buffer as ArrayBuffer];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(buffersIn) : [];
}

await main(workerData as ReplicaData);
