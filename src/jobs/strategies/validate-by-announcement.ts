import { Worker } from 'node:worker_threads';
import { entryPoint } from '../../entry-points.js';
import { ZooError } from '../../errors.js';
import type { ParametersAnswer } from '../../plugins/installed/installed-strategies.js';
import type { AnnouncedStrategy } from '../../zoo/job-types.js';
import type { SchemaQuestion, SchemaThreadMessage } from './schema-thread.js';

/** How long a schema may take. The ordinary one takes a few milliseconds. */
const deadlineMs = 1000;

/** How long the thread may take to load what it needs, on a machine with much else to do. */
const startMs = 20_000;

/** Threads at once; more launches wait for one. */
const threadsAtMost = 2;

/**
 * Holds parameters against the schema that a worker announced, for a strategy that the server does not have itself. The
 * schema is someone else's: a thread of its own works on it, with little memory and a deadline, so that one that takes
 * exponential time or endless memory costs its own launch and nobody else's.
 *
 * @returns all problems at once, or the parameters with their defaults
 * @throws ZooError PLUGIN_TIMED_OUT, PLUGIN_METADATA_INVALID
 */
export async function validateByAnnouncement(
  { name, version, parametersSchema }: AnnouncedStrategy,
  raw: unknown,
): Promise<ParametersAnswer> {
  const message = await inTurn(() => ask({ strategy: name, parametersSchema, raw }));
  if (message === 'timed-out') {
    throw new ZooError(
      'PLUGIN_TIMED_OUT',
      `The parameter schema of ${name} ${version} took more than ${deadlineMs} ms, or too much memory, for these parameters; nothing was queued. ` +
        'Try shorter values; its author should simplify the schema.',
    );
  }
  if ('unusable' in message) {
    throw new ZooError(
      'PLUGIN_METADATA_INVALID',
      `The parameter schema of ${name} ${version} uses what the server cannot check: ${message.unusable} Add its package to the server too.`,
    );
  }
  return message.answer;
}

function ask(question: SchemaQuestion): Promise<Exclude<SchemaThreadMessage, 'ready'> | 'timed-out'> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(entryPoint('jobs/strategies/schema-thread'), {
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16 },
    });
    let deadline = setTimeout(() => settle(() => reject(new Error('the thread did not start'))), startMs);
    const settle = (end: () => void) => {
      clearTimeout(deadline);
      void thread.terminate();
      end();
    };
    thread.on('message', (message: SchemaThreadMessage) => {
      if (message !== 'ready') return settle(() => resolve(message));
      clearTimeout(deadline);
      deadline = setTimeout(() => settle(() => resolve('timed-out')), deadlineMs);
      thread.postMessage(question);
    });
    thread.on('error', (error: NodeJS.ErrnoException) => {
      settle(() => (error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? resolve('timed-out') : reject(error)));
    });
  });
}

let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (running >= threadsAtMost) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await work();
  } finally {
    // The place goes to who waits, or is free.
    const next = waiting.shift();
    if (next !== undefined) next();
    else running -= 1;
  }
}
