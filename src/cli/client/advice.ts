import { ZooError } from '../../errors.js';
import type { Connection } from './connection.js';
import { failureSelection, graphqlRequest, mutate } from './graphql-request.js';

/** A version as people name it; null where it is gone or not theirs to see. */
export type NamedVersion = { number: number; model: { owner: { name: string }; name: string } } | null;

/** A value with the interval that it is promised to lie in four times out of five. */
export interface PromisedValue {
  value: number;
  low: number;
  high: number;
}

/** What a launch is expected to come to; null: not estimated. */
export interface Expectation {
  accuracy: PromisedValue | null;
  seconds: PromisedValue | null;
  peakMemoryBytes: number | null;
  storedBytes: number | null;
  reason: string;
  warnings: string[];
}

export interface AdviceLine extends Expectation {
  rank: number;
  isGone: boolean;
  version: NamedVersion;
  strategy: string;
  strategyVersion: string | null;
  parameters: Record<string, unknown>;
  layer: string | null;
  outcomes: { accuracy: number; isInside: boolean | null; version: NamedVersion }[];
}

/** An advice as the server tells it. */
export interface AdviceDetails {
  id: string;
  createdAt: string;
  scenario: string | null;
  summary: string;
  staysLinear: boolean;
  datasetVersion: { number: number; dataset: { owner: { name: string }; name: string } } | null;
  candidateCount: number;
  candidates: AdviceLine[];
  notMeasured: { version: NamedVersion; reason: string }[];
  /** Models that were not even looked at. */
  notConsidered: number;
  measurements: {
    budgetSeconds: number;
    spentSeconds: number;
    dataset: { classes: number; train: number; medianClass: number; majorityShare: number };
    models: { version: NamedVersion; state: string; pictures: number }[];
  };
}

const version = `version { number model { owner { name } name } }`;
const promised = `{ value low high }`;

/** Fields of an expectation, wherever one comes from. */
export const expectationSelection = `
  accuracy ${promised} seconds ${promised} peakMemoryBytes storedBytes reason warnings`;

const fragment = `fragment AdviceFields on Advice {
  id createdAt scenario summary staysLinear candidateCount
  datasetVersion { number dataset { owner { name } name } }
  candidates(first: 100) {
    rank isGone ${version} strategy strategyVersion parameters layer ${expectationSelection}
    outcomes { accuracy isInside ${version} }
  }
  notMeasured { ${version} reason }
  notConsidered
  measurements {
    budgetSeconds spentSeconds threads
    dataset { classes train validation smallestClass medianClass largestClass imbalance majorityShare }
    rungs { pictures models }
    models {
      ${version} state reason pictures picturesPerSecond seconds
      cuts {
        layer depth featureDim isCandidate pictures
        scores { nearestNeighbours hScore logMe probe { accuracy standardError C } }
      }
      learningCurve { layer points { pictures accuracy standardError } gainPerDoubling }
      similarity { peakLayer peakDepth lateGap batchNormShifts { layer depth shift } batchNormShift frechet { layer distance } }
      elsewhere { difference datasets }
    }
  }
}`;

/** What to ask the advisor. */
export interface AdviceQuestion {
  datasetVersionId: string;
  /** Left out: every model that can be seen. */
  baseVersionIds?: string[];
  budgetSeconds?: number;
  seed?: number;
  idempotencyKey?: string;
}

/** Asks; returns the job that answers. @throws ZooError with every reason why it cannot be asked */
export async function askForAdvice(connection: Connection, question: AdviceQuestion): Promise<string> {
  const { job } = await mutate<{ job: { id: string } }>(
    connection,
    `mutation Advise($input: AdviseInput!) {
      advise(input: $input) { ${failureSelection} ... on AdvisePayload { job { id } } }
    }`,
    { ...question },
  );
  return job.id;
}

/** What a completed job answered. @throws ZooError SERVER_ANSWER_UNEXPECTED */
export async function adviceOfJob(connection: Connection, jobId: string): Promise<AdviceDetails> {
  const { job } = await graphqlRequest<{ job: { advice: AdviceDetails | null } | null }>(
    connection,
    `query AdviceOfJob($id: ID!) { job(id: $id) { advice { ...AdviceFields } } } ${fragment}`,
    { id: jobId },
  );
  if (job?.advice) return job.advice;
  throw new ZooError('SERVER_ANSWER_UNEXPECTED', 'The job is completed but names no advice.');
}

/** The newest advice of yours on a data set. */
export async function newestAdvice(
  connection: Connection,
  { owner, name }: { owner: string; name: string },
): Promise<AdviceDetails | undefined> {
  const { dataset } = await graphqlRequest<{ dataset: { advice: AdviceDetails | null } | null }>(
    connection,
    `query NewestAdvice($owner: String!, $name: String!) {
      dataset(owner: $owner, name: $name) { advice { ...AdviceFields } }
    } ${fragment}`,
    { owner, name },
  );
  return dataset?.advice ?? undefined;
}

/** What the line of an advice that a fine-tune was launched by promised; undefined where it promised nothing. */
export async function promiseOfJob(
  connection: Connection,
  jobId: string,
  rank: number,
): Promise<PromisedValue | undefined> {
  const { job } = await graphqlRequest<{
    job: { advice: { candidates: { accuracy: PromisedValue | null }[] } | null } | null;
  }>(
    connection,
    `query PromiseOfJob($id: ID!, $after: Int!) {
      job(id: $id) { advice { candidates(first: 1, after: $after) { accuracy ${promised} } } }
    }`,
    { id: jobId, after: rank - 1 },
  );
  return job?.advice?.candidates[0]?.accuracy ?? undefined;
}
