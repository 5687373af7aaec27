import { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { ZooError } from '../../errors.js';
import { redact } from '../../redact.js';
import { longestMessageBytes, MessageChannel } from './message-channel.js';
import type { ProcessWatchData } from './process-watch.js';
import { channelFile, limitFile, toChild, type FromChild } from './protocol.js';
import { ReportBudget } from './report-budget.js';
import { runWork, type Report } from './run-work.js';

/**
 * A process of one attempt. It is given its work over a channel, reports on it there, and ends. It knows no database,
 * store or token, and what it writes is checked again by the worker.
 */

const abort = new AbortController();
let started = false;

const socket = new Socket({ fd: channelFile, readable: true, writable: true });
// A worker that dies closes it.
socket.on('close', () => process.exit(1));
const channel = new MessageChannel(socket, {
  onMessage: (raw) => {
    const message = toChild.parse(raw);
    if (message.type === 'abort') {
      abort.abort(new Error(`The job was stopped: ${message.reason}.`));
    } else if (!started) {
      started = true;
      watchProcess(message.limits.memoryBytes);
      void perform(message.work, new ReportBudget(message.limits));
    }
  },
  onTooLong: () => process.exit(1),
});

process.on('uncaughtException', (error) => void fail(error));
process.on('unhandledRejection', (error) => void fail(error));

void send({ type: 'ready' });

async function perform(work: Parameters<typeof runWork>[0], budget: ReportBudget): Promise<void> {
  const report = (message: Report) => {
    const line = JSON.stringify(message);
    budget.take(line.length);
    void channel.sendLine(line);
  };
  try {
    const result = await runWork(work, abort.signal, report);
    const line = JSON.stringify({ type: 'completed', result } satisfies FromChild);
    if (Buffer.byteLength(line) > longestMessageBytes) throw tooLarge(line.length);
    await channel.sendLine(line);
    process.exit(0);
  } catch (error) {
    await fail(error);
  }
}

async function fail(error: unknown): Promise<void> {
  console.error(error);
  await send({ type: 'failed', ...describe(error) });
  process.exit(1);
}

function describe(error: unknown): { code: string; message: string } {
  const message = redact(error instanceof Error ? error.message : String(error)).slice(0, 8000);
  if (error instanceof ZooError) return { code: error.code, message };
  const { code, permission, resource } = (error ?? {}) as NodeJS.ErrnoException & Record<string, unknown>;
  if (code !== 'ERR_ACCESS_DENIED') return { code: 'JOB_FAILED', message };
  const what = redact(String(resource ?? '')).slice(0, 300);
  return {
    code: 'JOB_ACCESS_DENIED',
    message:
      `The strategy asked for ${String(permission)}${what === '' ? '' : ` of ${what}`}, which the process of a job may not. ` +
      'It reads its package and its inputs, writes to its working folder, and starts no processes.',
  };
}

function send(message: FromChild): Promise<void> {
  return channel.send(message);
}

function tooLarge(bytes: number): ZooError {
  return new ZooError(
    'JOB_OUTPUT_TOO_LARGE',
    `What the job says of its result has ${bytes} bytes; at most ${longestMessageBytes} are taken.`,
  );
}

function watchProcess(memoryLimitBytes: number): void {
  const data: ProcessWatchData = { parentPid: process.ppid, memoryLimitBytes, reportFile: limitFile };
  new Worker(new URL('./process-watch.js', import.meta.url), { workerData: data }).unref();
}
