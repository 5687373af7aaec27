import { z } from 'zod';

/**
 * What the advisor answers: which model, how much of it to keep and with which strategy, best first, with what to expect
 * and why.
 */

/** The two questions that decide how much of a network to retrain. */
export const scenarios = ['SMALL_SIMILAR', 'LARGE_SIMILAR', 'SMALL_DIFFERENT', 'LARGE_DIFFERENT'] as const;

export type Scenario = (typeof scenarios)[number];

/** A value and the interval that it lies in four times out of five. */
const promise = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });

const advisedCandidate = z.strictObject({
  /** From 1. */
  rank: z.int().min(1),
  versionId: z.string(),
  strategy: z.string(),
  /** Left out of a launch: the newest there is. */
  strategyVersion: z.string().nullable(),
  /** As `launchFineTune` takes them. */
  parameters: z.record(z.string(), z.unknown()),
  /** The layer after which the network is cut; null where the strategy decides by itself. */
  layer: z.string().nullable(),
  /** Test accuracy, 0 to 1; null: not estimated. */
  accuracy: promise.nullable(),
  /**
   * The same before the track record corrected it. Corrections are learnt from this: learnt from what they corrected, they
   * would undo themselves.
   */
  uncorrected: promise.nullable(),
  /** Wall time of the job on this machine, features that the advice left in the cache not counted; null: not estimated. */
  seconds: promise.nullable(),
  /** Resident memory at its peak; null: not estimated. */
  peakMemoryBytes: z.number().min(0).nullable(),
  /** What the zoo stores more than it has; null: not estimated. */
  storedBytes: z.number().min(0).nullable(),
  /** Two sentences of plain words over the numbers. */
  reason: z.string(),
  /** What speaks against it; empty where nothing does. */
  warnings: z.array(z.string()),
});

export const recommendation = z.strictObject({
  /** Null where the pictures teach nothing that a probe can see, or nothing was measured. */
  scenario: z.enum(scenarios).nullable(),
  /** What to do, in one or two sentences: for people who read nothing else. */
  summary: z.string(),
  /** Whether a linear classifier is expected to be as good as everything else, within noise. */
  staysLinear: z.boolean(),
  /** Best first; those that could not be estimated come last. */
  candidates: z.array(advisedCandidate),
  /** Models that were asked about and are not ranked by measurement, with the reason. */
  notMeasured: z.array(z.strictObject({ versionId: z.string(), reason: z.string() })),
});

export type Promised = z.output<typeof promise>;
export type AdvisedCandidate = z.output<typeof advisedCandidate>;
export type Recommendation = z.output<typeof recommendation>;
