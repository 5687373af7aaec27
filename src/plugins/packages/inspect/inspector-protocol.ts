import { z } from 'zod';
import type { ModelManifest } from '../../../learning/model-manifest.js';
import { errorCodes, type ErrorCode } from '../../../error-codes.js';
import type { StrategyAnnouncement } from '../../announce.js';
import { mostSchemaBytes, strategyName } from '../../check/check-strategy.js';
import type { DataSummary } from '../../contract.js';
import type { StrategyOrigin } from '../strategy-package.js';

/** What the inspector's process is asked about its package. */
export type Question =
  | { type: 'describe' }
  | { type: 'validate'; raw: unknown }
  | { type: 'check'; base: ModelManifest; data: DataSummary; parameters: Record<string, unknown> };

/** A question on its way. It comes from us, so the process takes it as it is. */
export interface ToInspector {
  id: string;
  origin: Extract<StrategyOrigin, { kind: 'package' }>;
  question: Question;
}

const text = (most: number) => z.string().max(most);

/** Longest lists that a person would read. */
const problems = <Problem extends z.ZodType>(problem: Problem) => z.array(problem).max(1000);

const errorCode = text(64).transform((code): ErrorCode =>
  Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : 'PLUGIN_ANSWER_INVALID',
);

/** What comes back. A package's code runs over there and could write to the channel, so nothing is taken on trust. */
export const fromInspector = z.discriminatedUnion('type', [
  /** It has started and waits for questions. */
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('answer'), id: z.uuid(), answer: z.unknown() }),
  z.strictObject({ type: z.literal('refused'), id: z.uuid(), code: errorCode, message: text(20_000) }),
  /** Something failed that nobody waited for; the process ends. */
  z.strictObject({ type: z.literal('fault'), message: text(2000) }),
]);

export type FromInspector = z.input<typeof fromInspector>;

/** A strategy as its package describes it; package and contract are ours to say. */
export const description = z.strictObject({
  name: strategyName,
  version: text(64),
  summary: text(400),
  parametersSchema: z
    .record(z.string(), z.unknown())
    .refine((schema) => JSON.stringify(schema).length <= mostSchemaBytes, 'a schema this long'),
  needs: z.strictObject({
    tasks: z.array(text(64)).max(100),
    formats: z.array(text(64)).max(100),
    gpu: z.enum(['none', 'optional', 'required']),
    memoryBytes: z.int().min(1).optional(),
  }),
  estimates: z.boolean(),
}) satisfies z.ZodType<Description>;

export type Description = Omit<StrategyAnnouncement, 'package' | 'contract'>;

export const parametersAnswer = z.union([
  z.strictObject({ value: z.record(z.string(), z.unknown()) }),
  z.strictObject({
    problems: problems(
      z.strictObject({
        path: text(1000),
        message: text(4000),
        accepted: text(4000),
        value: z.unknown().optional(),
      }),
    ).min(1),
  }),
]);

/** What a `check` answers. What else a problem carries is left out. */
export const checkAnswer = problems(z.object({ path: text(1000), message: text(4000) }));
