import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { ZooError } from '../../../errors.js';
import { endSentence } from '../end-sentence.js';
import type { StrategyOrigin } from '../strategy-package.js';
import { fromInspector, type Question, type ToInspector } from './inspector-protocol.js';
import { startInspector } from './start-inspector.js';

/** How long a process that is started may take until it listens; a busy machine takes its time. */
const startMs = 30_000;

/**
 * One package's process: started when something is asked, one question at a time, and killed when an answer is late. What a
 * package does to the process meets that package alone, which is why no two share one.
 */
export class Inspector {
  #child: ChildProcess | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(
    private readonly origin: Extract<StrategyOrigin, { kind: 'package' }>,
    /** Time for one answer; the first includes the import. */
    private readonly answerMs: number,
  ) {}

  get isIdle(): boolean {
    return this.#waiting === 0;
  }

  /** @throws ZooError PLUGIN_TIMED_OUT, PLUGIN_PROCESS_DIED, PLUGIN_ANSWER_INVALID, and what `importStrategy` throws */
  ask(question: Question): Promise<unknown> {
    this.#waiting += 1;
    const asked = this.#turn.then(() => this.#ask(question)).finally(() => (this.#waiting -= 1));
    this.#turn = asked.catch(() => undefined);
    return asked;
  }

  /** Ends the process at once. A question asked later starts another. */
  close(): void {
    const child = this.#child;
    this.#child = undefined;
    if (child?.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      child.kill('SIGKILL');
    }
  }

  async #ask(question: Question): Promise<unknown> {
    if (this.#child !== undefined && hasEnded(this.#child)) this.#child = undefined;
    const child = (this.#child ??= await startInspector(this.origin).catch(couldNotStart));
    keepAlive(child, true);
    try {
      return await this.#answerOf(child, question);
    } catch (error) {
      // A refusal is an answer of a process that works; after anything else nobody knows what it is up to.
      if (!(error instanceof Refused)) this.close();
      throw error instanceof Refused ? error.refusal : error;
    } finally {
      keepAlive(child, false);
    }
  }

  #answerOf(child: ChildProcess, question: Question): Promise<unknown> {
    const { name, version } = this.origin.identity;
    const id = randomUUID();
    return new Promise((resolve, reject) => {
      let faultMessage = '';
      let timer = setTimeout(() => late(startMs), startMs);
      const settle = (end: () => void) => {
        clearTimeout(timer);
        child.off('message', onMessage).off('exit', onExit).off('error', onError);
        end();
      };
      const fail = (code: ConstructorParameters<typeof ZooError>[0], message: string) =>
        settle(() => reject(new ZooError(code, message)));
      const late = (afterMs: number) =>
        fail('PLUGIN_TIMED_OUT', `${name} ${version} did not answer within ${afterMs / 1000} s.`);
      const onError = (error: unknown) => settle(() => reject(notStarted(error)));
      const onExit = (code: number | null, signal: string | null) => {
        const why = faultMessage === '' ? '' : `: ${faultMessage}`;
        const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
        fail(
          'PLUGIN_PROCESS_DIED',
          endSentence(`The process that inspects ${name} ${version} ended ${how}${why}`),
        );
      };
      const put = () => {
        clearTimeout(timer);
        timer = setTimeout(() => late(this.answerMs), this.answerMs);
        const message: ToInspector = { id, origin: this.origin, question };
        child.send(message, () => undefined);
      };
      const onMessage = (raw: unknown) => {
        const message = fromInspector.safeParse(raw).data;
        if (message?.type === 'ready' && !listening.has(child)) {
          listening.add(child);
          put();
        } else if (message?.type === 'answer' && message.id === id) {
          settle(() => resolve(message.answer));
        } else if (message?.type === 'refused' && message.id === id) {
          settle(() =>
            reject(
              new Refused(new ZooError(message.code, endSentence(`${name} ${version}: ${message.message}`))),
            ),
          );
        } else if (message?.type === 'fault') {
          faultMessage = message.message;
        } else {
          fail(
            'PLUGIN_ANSWER_INVALID',
            `${name} ${version} writes to the channel of the process that inspects it.`,
          );
        }
      };
      child.on('message', onMessage).on('exit', onExit).on('error', onError);
      if (listening.has(child)) put();
    });
  }
}

/** Processes that said they are ready. */
const listening = new WeakSet<ChildProcess>();

class Refused extends Error {
  constructor(readonly refusal: ZooError) {
    super();
  }
}

/** No room for its folder, no process or file left: of the machine, and over some time. */
function notStarted(error: unknown): ZooError {
  const { code = 'unknown' } = error as NodeJS.ErrnoException;
  return new ZooError(
    'PLUGIN_PROCESS_DIED',
    `The process that inspects packages could not be started (${code}).`,
  );
}

function couldNotStart(error: unknown): never {
  throw notStarted(error);
}

function hasEnded({ exitCode, signalCode, connected }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null || !connected;
}

/** Whether this process waits for the other before it ends. */
function keepAlive(child: ChildProcess, keep: boolean): void {
  if (keep) {
    child.ref();
    child.channel?.ref();
  } else {
    child.unref();
    child.channel?.unref();
  }
}
