import { z } from 'zod';
import { ZooError, type Problem } from '../../../errors.js';
import type { ModelManifest } from '../../../learning/model-manifest.js';
import type { StrategyAnnouncement } from '../../announce.js';
import type { DataSummary } from '../../contract.js';
import type { ParametersAnswer } from '../../installed/installed-strategies.js';
import type { StrategyPackage } from '../read-package.js';
import { Inspector } from './inspector.js';
import { checkAnswer, description, parametersAnswer, type Question } from './inspector-protocol.js';

export interface InspectorsOptions {
  /** Time for one answer of a package, its import included. */
  answerMs?: number;
  /** How long a process waits for the next question; a launch asks two in a row. */
  idleMs?: number;
}

/** Processes there are at once. */
const mostProcesses = 2;

/**
 * What packages answer about themselves, each from a process of its own. Every answer is checked; what is not understood is an
 * error of that package.
 */
export class Inspectors {
  readonly #inspectors = new Map<string, { inspector: Inspector; idle: NodeJS.Timeout | undefined }>();
  readonly #answerMs: number;
  readonly #idleMs: number;
  #asking = 0;
  readonly #queue: (() => void)[] = [];

  constructor({ answerMs = 5000, idleMs = 5000 }: InspectorsOptions = {}) {
    this.#answerMs = answerMs;
    this.#idleMs = idleMs;
  }

  /** Imports the package and describes its strategy. @throws ZooError see `Inspector.ask` */
  async describe({ origin, contract }: StrategyPackage): Promise<StrategyAnnouncement> {
    const described = await this.#ask(origin, { type: 'describe' }, description);
    return { ...described, package: origin.identity, contract };
  }

  /** @throws ZooError see `Inspector.ask` */
  validate({ origin }: StrategyPackage, raw: unknown): Promise<ParametersAnswer> {
    return this.#ask(origin, { type: 'validate', raw }, parametersAnswer);
  }

  /** @throws ZooError see `Inspector.ask` */
  check(
    { origin }: StrategyPackage,
    base: ModelManifest,
    data: DataSummary,
    parameters: Record<string, unknown>,
  ): Promise<Problem[]> {
    return this.#ask(origin, { type: 'check', base, data, parameters }, checkAnswer);
  }

  close(): void {
    for (const digest of [...this.#inspectors.keys()]) this.#end(digest);
  }

  async #ask<Answer>(
    origin: StrategyPackage['origin'],
    question: Question,
    schema: z.ZodType<Answer>,
  ): Promise<Answer> {
    await this.#turn();
    try {
      const answer = schema.safeParse(await this.#inspectorOf(origin).ask(question));
      if (answer.success) return answer.data;
      this.#end(keyOf(origin));
      const { name, version } = origin.identity;
      throw new ZooError(
        'PLUGIN_ANSWER_INVALID',
        `${name} ${version} answers to ${question.type} what is not understood.`,
      );
    } finally {
      this.#passTurn();
      this.#letIdle(keyOf(origin));
    }
  }

  async #turn(): Promise<void> {
    if (this.#asking < mostProcesses) this.#asking += 1;
    else await new Promise<void>((resolve) => this.#queue.push(resolve));
  }

  #passTurn(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#asking -= 1;
    else next();
  }

  #inspectorOf(origin: StrategyPackage['origin']): Inspector {
    const key = keyOf(origin);
    const known = this.#inspectors.get(key);
    if (known !== undefined) {
      clearTimeout(known.idle);
      return known.inspector;
    }
    for (const [other, { inspector }] of this.#inspectors) {
      if (this.#inspectors.size < mostProcesses) break;
      if (inspector.isIdle) this.#end(other);
    }
    const inspector = new Inspector(origin, this.#answerMs);
    this.#inspectors.set(key, { inspector, idle: undefined });
    return inspector;
  }

  #letIdle(key: string): void {
    const entry = this.#inspectors.get(key);
    if (entry === undefined || !entry.inspector.isIdle) return;
    clearTimeout(entry.idle);
    entry.idle = setTimeout(() => this.#end(key), this.#idleMs).unref();
  }

  #end(key: string): void {
    const entry = this.#inspectors.get(key);
    clearTimeout(entry?.idle);
    entry?.inspector.close();
    this.#inspectors.delete(key);
  }
}

function keyOf({ folder, identity }: StrategyPackage['origin']): string {
  return `${identity.digest} ${folder}`;
}
