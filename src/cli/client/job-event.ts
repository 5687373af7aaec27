/** A line of a job's log, as the server tells it. */
export type JobEvent = { seq: number; cursor: string; attempt: number; createdAt: string } & (
  | { __typename: 'JobStateEvent'; state: JobState; error: JobError | null }
  | {
      __typename: 'JobProgressEvent';
      phase: string;
      done: number;
      total: number;
      unit: 'ITEMS' | 'BYTES';
      secondsLeft: number | null;
    }
  | { __typename: 'JobMetricEvent'; name: string; value: number; step: number }
  | { __typename: 'JobLogEvent'; message: string }
);

export type JobState = 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';

export interface JobError {
  code: string;
  message: string;
}

/** The fields of an event, to be asked for wherever events come from. */
export const jobEventSelection = `
  __typename cursor seq attempt createdAt
  ... on JobStateEvent { state error { code message } }
  ... on JobProgressEvent { phase done total unit secondsLeft }
  ... on JobMetricEvent { name value step }
  ... on JobLogEvent { message }`;

/** Whether nothing follows this event. */
export function endsJob(event: JobEvent): boolean {
  return event.__typename === 'JobStateEvent' && isFinal(event.state);
}

export function isFinal(state: JobState): boolean {
  return state === 'COMPLETED' || state === 'FAILED' || state === 'CANCELLED';
}
