import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { estimateLaunch, type LaunchEstimate } from '../../jobs/advice/estimate-launch.js';
import type { AdviceRow } from '../../jobs/advice/load-advices.js';
import { requireScope } from '../../zoo/access/principal.js';
import type { GraphQLContext } from '../context.js';
import { fromNodeId } from '../node-id.js';
import { adviceById } from './advice-loaders.js';
import { EstimateInput } from './advice.input.js';
import { AdviceType } from './advice.type.js';
import { EstimateType } from './estimate.type.js';

@Resolver(() => EstimateType)
export class EstimateResolver {
  @Query(() => EstimateType, {
    description:
      'What a fine-tune would cost and come to, without launching anything. What a launch would refuse is refused. For who may launch.',
  })
  estimate(
    @Arg('input', () => EstimateInput, { description: 'The fine-tune.' }) input: EstimateInput,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<LaunchEstimate> {
    // Strategies of packages are asked whether it suits them, which costs a process.
    requireScope(principal, 'launch');
    return estimateLaunch(zoo, principal, {
      ...input,
      baseVersionId: fromNodeId('ModelVersion', input.baseVersionId, 'input.baseVersionId'),
      datasetVersionId: fromNodeId('DatasetVersion', input.datasetVersionId, 'input.datasetVersionId'),
    });
  }

  @FieldResolver(() => AdviceType, {
    nullable: true,
    description: 'The advice that it rests on; null where it rests on something else.',
  })
  advice(
    @Root() { adviceId }: LaunchEstimate,
    @Ctx() context: GraphQLContext,
  ): Promise<AdviceRow | null> | null {
    return adviceId === null ? null : adviceById(context).load(adviceId);
  }
}
