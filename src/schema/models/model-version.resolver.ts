import { Args, Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { listChildEdges, walkLineage, type LineageRow } from '../../zoo/models/lineage.js';
import { pathOfReport } from '../../learning/reports/version-report.js';
import { addressOfFile } from '../../zoo/models/version-paths.js';
import type { ModelRow, ModelVersionRow } from '../../zoo/models/model-rows.js';
import type { JobRow } from '../../jobs/load-jobs.js';
import { PageArguments, toConnection, type Connection } from '../connection.js';
import type { GraphQLContext } from '../context.js';
import { jobById } from '../jobs/job-loaders.js';
import { JobType } from '../jobs/job.type.js';
import { EvaluationType } from './evaluation.type.js';
import {
  filesByVersion,
  metricsByVersion,
  modelById,
  parentEdgesByVersion,
  strategyIsInstalled,
  reportsByVersion,
  versionById,
  versionDetailsById,
} from './model-loaders.js';
import { ModelManifestType } from './model-manifest.type.js';
import {
  LineageStepConnection,
  LineageStepType,
  MetricType,
  ModelVersionType,
  VersionFileType,
} from './model-version.type.js';
import { packageOf } from '../strategies/package-of.js';
import { StrategyPackageType } from '../strategies/strategy.type.js';
import { ModelType } from './model.type.js';
import { VersionReportType } from './version-report.type.js';

@Resolver(() => ModelVersionType)
export class ModelVersionResolver {
  @FieldResolver(() => ModelType, { description: 'The model it is a version of.' })
  model(@Root() version: ModelVersionRow, @Ctx() context: GraphQLContext): Promise<ModelRow | null> {
    return modelById(context).load(version.modelId);
  }

  @FieldResolver(() => [VersionFileType], { description: 'Its files, by path.' })
  async files(@Root() version: ModelVersionRow, @Ctx() context: GraphQLContext): Promise<VersionFileType[]> {
    const files = await filesByVersion(context).load(version.id);
    const model = await modelById(context).load(version.modelId);
    return model === null
      ? []
      : files.map((file) => ({ ...file, url: addressOfFile(model, version, file.path) }));
  }

  @FieldResolver(() => ModelManifestType, { description: 'What the zoo knows of its insides.' })
  async manifest(
    @Root() version: ModelVersionRow,
    @Ctx() context: GraphQLContext,
  ): Promise<ModelManifestType | null> {
    const details = await versionDetailsById(context).load(version.id);
    return details === null ? null : ModelManifestType.of(details.manifest);
  }

  @FieldResolver(() => EvaluationType, {
    nullable: true,
    description: 'How it did on pictures it never saw; null where nobody judged it.',
  })
  async evaluation(
    @Root() version: ModelVersionRow,
    @Ctx() context: GraphQLContext,
  ): Promise<EvaluationType | null> {
    const evaluation = (await versionDetailsById(context).load(version.id))?.evaluation ?? null;
    return evaluation === null ? null : EvaluationType.of(evaluation);
  }

  @FieldResolver(() => [MetricType], { description: 'The numbers of its evaluation, by name.' })
  metrics(@Root() version: ModelVersionRow, @Ctx() context: GraphQLContext): Promise<MetricType[]> {
    return metricsByVersion(context).load(version.id);
  }

  @FieldResolver(() => [VersionReportType], {
    description: 'Tables and pictures of the strategy that made it, by name.',
  })
  async reports(
    @Root() version: ModelVersionRow,
    @Ctx() context: GraphQLContext,
  ): Promise<VersionReportType[]> {
    const reports = await reportsByVersion(context).load(version.id);
    const model = await modelById(context).load(version.modelId);
    if (model === null) return [];
    return reports.map((report) => ({ ...report, url: addressOfFile(model, version, pathOfReport(report)) }));
  }

  @FieldResolver(() => JobType, {
    nullable: true,
    description: 'The job that made it; null where people uploaded it, or where you may not see the job.',
  })
  async job(@Root() version: ModelVersionRow, @Ctx() context: GraphQLContext): Promise<JobRow | null> {
    return version.jobId === null ? null : jobById(context).load(version.jobId);
  }

  @FieldResolver(() => [LineageStepType], { description: 'What it came from.' })
  parents(@Root() version: ModelVersionRow, @Ctx() context: GraphQLContext): Promise<LineageRow[]> {
    return parentEdgesByVersion(context).load(version.id);
  }

  @FieldResolver(() => LineageStepConnection, { description: 'What came from it, newest first.' })
  async children(
    @Root() version: ModelVersionRow,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<Connection<LineageRow>> {
    return toConnection(await listChildEdges(zoo.database, principal, version.id, page));
  }

  @FieldResolver(() => [LineageStepType], {
    description: 'Every step on the way to its ancestors, nearest first; at most 500.',
  })
  ancestors(
    @Root() version: ModelVersionRow,
    @Arg('depth', () => Int, { defaultValue: 5, description: 'Generations to go, 1 to 20.' }) depth: number,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<LineageRow[]> {
    return walkLineage(zoo.database, principal, version.id, 'ancestors', depth);
  }

  @FieldResolver(() => [LineageStepType], {
    description: 'Every step on the way to its descendants, nearest first; at most 500.',
  })
  descendants(
    @Root() version: ModelVersionRow,
    @Arg('depth', () => Int, { defaultValue: 5, description: 'Generations to go, 1 to 20.' }) depth: number,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<LineageRow[]> {
    return walkLineage(zoo.database, principal, version.id, 'descendants', depth);
  }
}

@Resolver(() => LineageStepType)
export class LineageStepResolver {
  @FieldResolver(() => ModelVersionType, { description: 'The version it came from.' })
  parent(@Root() edge: LineageRow, @Ctx() context: GraphQLContext): Promise<ModelVersionRow | null> {
    return versionById(context).load(edge.parentVersionId);
  }

  @FieldResolver(() => ModelVersionType, { description: 'The version that came of it.' })
  child(@Root() edge: LineageRow, @Ctx() context: GraphQLContext): Promise<ModelVersionRow | null> {
    return versionById(context).load(edge.childVersionId);
  }

  @FieldResolver(() => JobType, {
    nullable: true,
    description: 'The job that took the step; null where there was none, or where you may not see it.',
  })
  async job(@Root() edge: LineageRow, @Ctx() context: GraphQLContext): Promise<JobRow | null> {
    return edge.jobId === null ? null : jobById(context).load(edge.jobId);
  }

  @FieldResolver(() => StrategyPackageType, {
    nullable: true,
    description: 'The build of the strategy that made the child; null for steps from before packages.',
  })
  strategyPackage(@Root() edge: LineageRow): StrategyPackageType | null {
    return packageOf(edge);
  }

  @FieldResolver(() => Boolean, {
    nullable: true,
    description:
      'Whether that build of the strategy is still there to be launched; null where no strategy was used. What it made stays readable either way.',
  })
  async strategyInstalled(@Root() edge: LineageRow, @Ctx() context: GraphQLContext): Promise<boolean | null> {
    return edge.strategy === null ? null : strategyIsInstalled(context).load(edge);
  }
}
