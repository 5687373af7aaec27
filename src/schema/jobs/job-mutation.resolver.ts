import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { cancelJob } from '../../jobs/launch/cancel-job.js';
import { launchFineTune } from '../../jobs/launch/launch-fine-tune.js';
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
    const job = await launchFineTune(zoo, principal, {
      ...input,
      baseVersionId: fromNodeId('ModelVersion', input.baseVersionId, 'baseVersionId'),
      datasetVersionId: fromNodeId('DatasetVersion', input.datasetVersionId, 'datasetVersionId'),
    });
    return { job };
  }

  @Mutation(() => CancelJobResult, { description: 'Calls a waiting or running job off.' })
  async cancelJob(
    @Arg('input', () => CancelJobInput, { description: 'Which job.' }) input: CancelJobInput,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<CancelJobPayload> {
    return { job: await cancelJob(zoo, principal, fromNodeId('Job', input.jobId, 'jobId')) };
  }
}
