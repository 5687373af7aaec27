import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { GraphQLJSONObject } from 'graphql-scalars';
import { adviceParameters } from '../../jobs/advice/advice-parameters.js';
import type { AdviceRow } from '../../jobs/advice/load-advices.js';
import type { JobRow } from '../../jobs/load-jobs.js';
import type { DatasetRow } from '../../zoo/datasets/dataset-rows.js';
import type { GraphQLContext } from '../context.js';
import { DatasetType } from '../datasets/dataset.type.js';
import { JobType } from '../jobs/job.type.js';
import { toNodeId } from '../node-id.js';
import { adviceById, adviceByJob, newestAdviceByDataset } from './advice-loaders.js';
import { AdviceType } from './advice.type.js';

/** What jobs say of advices. */
@Resolver(() => JobType)
export class JobAdviceResolver {
  @FieldResolver(() => AdviceType, {
    nullable: true,
    description:
      'What an advice job answered, once it is completed; of a fine-tune, the advice whose line it was launched by.',
  })
  async advice(@Root() job: JobRow, @Ctx() context: GraphQLContext): Promise<AdviceRow | null> {
    if (job.kind === 'ADVICE') return adviceByJob(context).load(job.id);
    return job.adviceId === null ? null : adviceById(context).load(job.adviceId);
  }

  /**
   * What an advice is asked is kept by row ids, and with what it leaves out, which the advice says itself. What another build
   * kept in another shape is left out: it must not hide the job.
   */
  @FieldResolver(() => GraphQLJSONObject)
  parameters(@Root() { kind, parameters }: JobRow): Record<string, unknown> {
    if (kind !== 'ADVICE') return parameters;
    const asked = adviceParameters.safeParse(parameters);
    if (!asked.success) return {};
    const { models, budgetSeconds } = asked.data;
    return { baseVersionIds: models.map((id) => toNodeId('ModelVersion', id)), budgetSeconds };
  }
}

/** What data sets say of advices. */
@Resolver(() => DatasetType)
export class DatasetAdviceResolver {
  @FieldResolver(() => AdviceType, {
    nullable: true,
    description: 'The newest advice on any version of it that is visible to you; null where nobody asked.',
  })
  advice(@Root() dataset: DatasetRow, @Ctx() context: GraphQLContext): Promise<AdviceRow | null> {
    return newestAdviceByDataset(context).load(dataset.id);
  }
}
