import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { listJobEvents, listJobs, type JobRow } from '../../jobs/load-jobs.js';
import type { ModelRow, ModelVersionRow } from '../../zoo/models/model-rows.js';
import { accountById } from '../accounts/account-loader.js';
import { AccountType } from '../accounts/account.type.js';
import { connectionType, PageArguments, toConnection, type Connection } from '../connection.js';
import type { GraphQLContext } from '../context.js';
import { modelById, versionById } from '../models/model-loaders.js';
import { ModelVersionType } from '../models/model-version.type.js';
import { ModelType } from '../models/model.type.js';
import { fromNodeId, parseNodeId } from '../node-id.js';
import { JobEvent, toJobEvent } from './job-event.type.js';
import { StrategyPackageType } from '../strategies/strategy.type.js';
import { packageOf } from '../strategies/package-of.js';
import { attemptsByJob, jobById, metricPointsByJob, waitOfJob } from './job-loaders.js';
import { JobsArguments } from './job.input.js';
import { JobAttemptType, JobConnection, JobType, MetricSeriesType } from './job.type.js';

export const JobEventConnection = connectionType<JobEvent>('JobEvent', () => JobEvent as never);

@Resolver(() => JobType)
export class JobResolver {
  @Query(() => JobType, {
    nullable: true,
    description: 'A job by its id; null where there is none or it is not visible to you.',
  })
  async job(
    @Arg('id', () => ID, { description: 'Id of the job.' }) id: string,
    @Ctx() context: GraphQLContext,
  ): Promise<JobRow | null> {
    const parsed = parseNodeId(id);
    return parsed?.typeName === 'Job' ? jobById(context).load(parsed.rowId) : null;
  }

  @Query(() => JobConnection, { description: 'Your jobs, or everybody’s for an admin, newest first.' })
  async jobs(
    @Args(() => JobsArguments) { filter, ...page }: JobsArguments,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<Connection<JobRow>> {
    const byRow = {
      ...filter,
      modelId: filter?.modelId == null ? null : fromNodeId('Model', filter.modelId, 'filter.modelId'),
      datasetId:
        filter?.datasetId == null ? null : fromNodeId('Dataset', filter.datasetId, 'filter.datasetId'),
    };
    return toConnection(await listJobs(zoo.database, principal, byRow, page));
  }

  @FieldResolver(() => AccountType, { description: 'Who launched it.' })
  launcher(@Root() job: JobRow, @Ctx() context: GraphQLContext): Promise<AccountType | null> {
    return accountById(context).load(job.launchedBy);
  }

  @FieldResolver(() => ModelVersionType, {
    nullable: true,
    description: 'The version that is adapted; null for an import, or where you cannot see it any more.',
  })
  base(@Root() job: JobRow, @Ctx() context: GraphQLContext): Promise<ModelVersionRow | null> | null {
    return job.baseVersionId === null ? null : versionById(context).load(job.baseVersionId);
  }

  @FieldResolver(() => ModelType, {
    nullable: true,
    description: 'The model whose next version the result becomes; null for an import.',
  })
  model(@Root() job: JobRow, @Ctx() context: GraphQLContext): Promise<ModelRow | null> | null {
    return job.targetModelId === null ? null : modelById(context).load(job.targetModelId);
  }

  @FieldResolver(() => ModelVersionType, {
    nullable: true,
    description: 'The version that came of a completed fine-tune.',
  })
  resultVersion(@Root() job: JobRow, @Ctx() context: GraphQLContext): Promise<ModelVersionRow | null> | null {
    return job.resultModelVersionId === null ? null : versionById(context).load(job.resultModelVersionId);
  }

  @FieldResolver(() => StrategyPackageType, {
    nullable: true,
    description:
      'The build of the strategy that its parameters were validated against; only that one runs it.',
  })
  strategyPackage(@Root() job: JobRow): StrategyPackageType | null {
    return packageOf(job);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'What it waits for, where no worker that is alive could run it; null when one can.',
  })
  async waitingFor(@Root() job: JobRow, @Ctx() context: GraphQLContext): Promise<string | null> {
    return job.state === 'QUEUED' ? waitOfJob(context).load(job) : null;
  }

  @FieldResolver(() => [JobAttemptType], { description: 'Its runs, first to last.' })
  attempts(@Root() job: JobRow, @Ctx() context: GraphQLContext): Promise<JobAttemptType[]> {
    return attemptsByJob(context).load(job.id) as Promise<JobAttemptType[]>;
  }

  @FieldResolver(() => [MetricSeriesType], { description: 'The curves of its newest attempt, by name.' })
  async metrics(@Root() job: JobRow, @Ctx() context: GraphQLContext): Promise<MetricSeriesType[]> {
    const series = new Map<string, MetricSeriesType>();
    for (const { name, step, value } of await metricPointsByJob(context).load(job.id)) {
      const curve = series.get(name) ?? { name, points: [] };
      curve.points.push({ step, value });
      series.set(name, curve);
    }
    return [...series.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  @FieldResolver(() => JobEventConnection, {
    description:
      'Its log, oldest first. To follow it by polling, ask again with `after` set to the last cursor.',
  })
  async events(
    @Root() job: JobRow,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { zoo }: GraphQLContext,
  ): Promise<Connection<JobEvent>> {
    const found = await listJobEvents(zoo.database, job.id, page);
    return toConnection({
      ...found,
      edges: found.edges.map(({ cursor, node }) => ({ cursor, node: toJobEvent(node) })),
    });
  }
}
