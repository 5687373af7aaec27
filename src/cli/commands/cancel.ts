import type { CommandContext } from '../command-context.js';
import { failureSelection, mutate } from '../client/graphql-request.js';
import type { JobState } from '../client/job-event.js';

const cancelJob = `mutation CancelJob($input: CancelJobInput!) {
  cancelJob(input: $input) { ${failureSelection} ... on CancelJobPayload { job { id state } } }
}`;

/** `zoo cancel`: calls a job off. @throws ZooError NOT_FOUND, JOB_ALREADY_FINISHED */
export async function cancel({ connection, output }: CommandContext, jobId: string): Promise<void> {
  const { job } = await mutate<{ job: { id: string; state: JobState } }>(connection, cancelJob, { jobId });
  output.line(
    job.state === 'CANCELLED'
      ? `Job ${job.id} is cancelled.`
      : `Job ${job.id} stops as soon as its worker hears of it.`,
  );
  output.document(job);
}
