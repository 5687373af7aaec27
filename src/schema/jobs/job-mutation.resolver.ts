import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { cancelJob } from '../../jobs/launch/cancel-job.js';
import { launchFineTune, type FineTuneInput } from '../../jobs/launch/launch-fine-tune.js';
import { invalidInput } from '../../zoo/parse-input.js';
import type { GraphQLContext } from '../context.js';
import { fromNodeId } from '../node-id.js';
import { CancelJobInput, LaunchFineTuneInput } from './job.input.js';
import {
  CancelJobPayload,
  CancelJobResult,
  LaunchFineTunePayload,
  LaunchFineTuneResult,
} from './job.payload.js';

@Resolver()
export class JobMutationResolver {
  @Mutation(() => LaunchFineTuneResult, {
    description:
      'Launches a job that adapts a model to a data set and publishes the result. What is wrong with the input is said now, all of it at once, and nothing is queued.',
  })
  async launchFineTune(
    @Arg('input', () => LaunchFineTuneInput, { description: 'The fine-tune.' }) input: LaunchFineTuneInput,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<LaunchFineTunePayload> {
    return { job: await launchFineTune(zoo, principal, withRowIds(input)) };
  }

  @Mutation(() => CancelJobResult, { description: 'Calls a waiting or running job off.' })
  async cancelJob(
    @Arg('input', () => CancelJobInput, { description: 'Which job.' }) input: CancelJobInput,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<CancelJobPayload> {
    return { job: await cancelJob(zoo, principal, fromNodeId('Job', input.jobId, 'jobId')) };
  }
}

/** The launch as the jobs know it. What is missing, or too much beside an advice, is said by the launch itself. */
function withRowIds(input: LaunchFineTuneInput): FineTuneInput {
  if (input.adviceId == null && input.rank != null) {
    throw invalidInput([{ path: 'rank', message: 'says which line of an advice: give adviceId with it' }]);
  }
  const rowId = (typeName: string, field: 'adviceId' | 'baseVersionId' | 'datasetVersionId') => {
    const id = input[field];
    return id == null ? id : fromNodeId(typeName, id, field);
  };
  return {
    ...input,
    adviceId: rowId('Advice', 'adviceId'),
    baseVersionId: rowId('ModelVersion', 'baseVersionId'),
    datasetVersionId: rowId('DatasetVersion', 'datasetVersionId'),
  } as FineTuneInput;
}
