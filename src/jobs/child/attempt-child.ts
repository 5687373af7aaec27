import { Worker } from 'node:worker_threads';
import { dirname } from 'node:path';
import { ZooError } from '../../errors.js';
import { runWork } from './run-work.js';
import { toChild, type FromChild } from './protocol.js';
import type { ProcessWatchData } from './process-watch.js';
import { redact } from '../../redact.js';

/**
 * The process of one attempt. It is given its work over the channel, reports on it there, and ends. It knows no
 * database, store or token, and what it writes is checked again by the worker.
 */

const abort = new AbortController();
let started = false;

// Node runs out of reasons to live only when the channel is closed; a worker that dies closes it.
process.on('disconnect', () => process.exit(1));

process.on('message', (raw) => {
  const message = toChild.parse(raw);
  if (message.type === 'abort') {
    abort.abort(new Error(`The job was stopped: ${message.reason}.`));
  } else if (!started) {
    started = true;
    watchProcess(dirname(message.work.outputFolder), message.memoryLimitBytes);
    void perform(message.work);
  }
});

process.on('uncaughtException', (error) => void fail(error));
process.on('unhandledRejection', (error) => void fail(error));

void send({ type: 'ready' });

async function perform(work: Parameters<typeof runWork>[0]): Promise<void> {
  try {
    const result = await runWork(work, abort.signal, (report) => void send(report));
    await send({ type: 'completed', result });
    process.exit(0);
  } catch (error) {
    await fail(error);
  }
}

async function fail(error: unknown): Promise<void> {
  console.error(error);
  const message = redact(error instanceof Error ? error.message : String(error)).slice(0, 8000);
  const code = error instanceof ZooError ? error.code : 'JOB_FAILED';
  await send({ type: 'failed', code, message });
  process.exit(1);
}

/** Resolves when the message is on its way, so that an exit right after does not lose it. */
function send(message: FromChild): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, {}, () => resolve());
  });
}

function watchProcess(workFolder: string, memoryLimitBytes: number): void {
  const data: ProcessWatchData = { parentPid: process.ppid, memoryLimitBytes, workFolder };
  new Worker(new URL('./process-watch.js', import.meta.url), { workerData: data }).unref();
}
