import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { launchSweep } from '../../jobs/sweep/launch-sweep.js';
import type { GraphQLContext } from '../context.js';
import { fromNodeId } from '../node-id.js';
import { LaunchSweepInput } from './sweep.input.js';
import { LaunchSweepPayload, LaunchSweepResult } from './sweep.payload.js';

@Resolver()
export class SweepMutationResolver {
  @Mutation(() => LaunchSweepResult, {
    description:
      'Launches a job that tries several ways to adapt models to one data set, compares them on the same pictures, and publishes the best or all. What is wrong with any of them is said now, all of it at once, and nothing is queued.',
  })
  async launchSweep(
    @Arg('input', () => LaunchSweepInput, { description: 'The sweep.' }) input: LaunchSweepInput,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<LaunchSweepPayload> {
    const { candidates, adviceId, publish, ...rest } = input;
    const job = await launchSweep(zoo, principal, {
      ...rest,
      publish: publish ?? 'BEST',
      datasetVersionId: fromNodeId('DatasetVersion', input.datasetVersionId, 'datasetVersionId'),
      adviceId: adviceId == null ? null : fromNodeId('Advice', adviceId, 'adviceId'),
      candidates: candidates?.map((candidate, at) => ({
        ...candidate,
        baseVersionId: fromNodeId('ModelVersion', candidate.baseVersionId, `candidates[${at}].baseVersionId`),
      })),
    });
    return { job };
  }
}
