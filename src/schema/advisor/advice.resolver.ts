import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { isInside } from '../../advisor/record/is-inside.js';
import type { AdviceLineRow, AdviceRow } from '../../jobs/advice/load-advices.js';
import { launchAdvice } from '../../jobs/advice/launch-advice.js';
import type { JobRow } from '../../jobs/load-jobs.js';
import type { DatasetVersionRow } from '../../zoo/datasets/dataset-rows.js';
import type { ModelVersionRow } from '../../zoo/models/model-rows.js';
import type { GraphQLContext } from '../context.js';
import { datasetVersionById } from '../datasets/dataset-loaders.js';
import { DatasetVersionType } from '../datasets/dataset-version.type.js';
import { jobById } from '../jobs/job-loaders.js';
import { JobType } from '../jobs/job.type.js';
import { versionById } from '../models/model-loaders.js';
import { ModelVersionType } from '../models/model-version.type.js';
import { fromNodeId, parseNodeId } from '../node-id.js';
import { adviceById } from './advice-loaders.js';
import { AdviceMeasurementsType } from './advice-measurements.type.js';
import { AdviseInput } from './advice.input.js';
import { AdvisePayload, AdviseResult } from './advice.payload.js';
import {
  AdviceCandidateType,
  AdviceCorrectionType,
  AdviceOutcomeType,
  AdviceType,
  listCorrections,
} from './advice.type.js';
import { firstOf } from './first-of.js';

@Resolver(() => AdviceType)
export class AdviceResolver {
  @Query(() => AdviceType, {
    nullable: true,
    description: 'An advice by its id; null where there is none or it is not visible to you.',
  })
  async advice(
    @Arg('id', () => ID, { description: 'Id of the advice.' }) id: string,
    @Ctx() context: GraphQLContext,
  ): Promise<AdviceRow | null> {
    const parsed = parseNodeId(id);
    return parsed?.typeName === 'Advice' ? adviceById(context).load(parsed.rowId) : null;
  }

  @Mutation(() => AdviseResult, {
    description:
      'Asks which models to adapt to a data set, how much of them to keep and with which strategy. A job measures them on the training pictures, without training any. What is wrong with the input is said now, and nothing is queued.',
  })
  async advise(
    @Arg('input', () => AdviseInput, { description: 'What to ask.' }) input: AdviseInput,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<AdvisePayload> {
    const job = await launchAdvice(zoo, principal, {
      ...input,
      datasetVersionId: fromNodeId('DatasetVersion', input.datasetVersionId, 'datasetVersionId'),
      baseVersionIds: input.baseVersionIds?.map((id, index) =>
        fromNodeId('ModelVersion', id, `baseVersionIds[${index}]`),
      ),
    });
    return { job };
  }

  @FieldResolver(() => JobType, { description: 'The job that gave it.' })
  job(@Root() advice: AdviceRow, @Ctx() context: GraphQLContext): Promise<JobRow | null> {
    return jobById(context).load(advice.jobId);
  }

  @FieldResolver(() => DatasetVersionType, {
    nullable: true,
    description: 'The pictures that it is for; null where you cannot see them any more.',
  })
  datasetVersion(
    @Root() advice: AdviceRow,
    @Ctx() context: GraphQLContext,
  ): Promise<DatasetVersionRow | null> {
    return datasetVersionById(context).load(advice.datasetVersionId);
  }

  @FieldResolver(() => [AdviceCandidateType], {
    description: 'What can be launched, best first; what could not be estimated comes last.',
  })
  candidates(
    @Root() { candidates }: AdviceRow,
    @Arg('first', () => Int, { nullable: true, description: 'How many, 1 to 100; 20 by default.' })
    first: number | null,
    @Arg('after', () => Int, { defaultValue: 0, description: 'Go on after this rank.' }) after: number,
  ): AdviceLineRow[] {
    return firstOf(
      candidates.filter(({ rank }) => rank > after),
      first,
    );
  }

  @FieldResolver(() => Int, { description: 'How many candidates it has in all.' })
  candidateCount(@Root() { candidates }: AdviceRow): number {
    return candidates.length;
  }

  @FieldResolver(() => AdviceMeasurementsType, { description: 'The numbers that it rests on.' })
  measurements(@Root() { measurements }: AdviceRow): AdviceMeasurementsType {
    return AdviceMeasurementsType.of(measurements);
  }

  @FieldResolver(() => [AdviceCorrectionType], {
    description: 'What the track record added to its promises; empty in a zoo without one.',
  })
  corrections(@Root() { corrections }: AdviceRow): AdviceCorrectionType[] {
    return listCorrections(corrections);
  }
}

@Resolver(() => AdviceCandidateType)
export class AdviceCandidateResolver {
  @FieldResolver(() => ModelVersionType, {
    nullable: true,
    description: 'The model to adapt; null where it is gone.',
  })
  version(@Root() line: AdviceLineRow, @Ctx() context: GraphQLContext): Promise<ModelVersionRow | null> {
    return versionById(context).load(line.versionId);
  }

  @FieldResolver(() => [AdviceOutcomeType], { description: 'What came of it, oldest first.' })
  outcomes(
    @Root() { outcomes, accuracy }: AdviceLineRow,
    @Arg('first', () => Int, { nullable: true, description: 'How many, 1 to 100; 20 by default.' })
    first: number | null,
  ): AdviceOutcomeType[] {
    return firstOf(outcomes, first).map((outcome) => ({
      ...outcome,
      isInside:
        accuracy === null
          ? null
          : isInside({ promised: accuracy, actual: outcome.accuracy, testPictures: outcome.testPictures }),
    }));
  }
}

@Resolver(() => AdviceOutcomeType)
export class AdviceOutcomeResolver {
  @FieldResolver(() => JobType, { description: 'The job.' })
  job(@Root() { jobId }: AdviceOutcomeType, @Ctx() context: GraphQLContext): Promise<JobRow | null> {
    return jobById(context).load(jobId);
  }

  @FieldResolver(() => ModelVersionType, {
    nullable: true,
    description:
      'What was made; null where you cannot see it any more, and for a candidate of a sweep that was not published.',
  })
  version(
    @Root() { modelVersionId }: AdviceOutcomeType,
    @Ctx() context: GraphQLContext,
  ): Promise<ModelVersionRow | null> | null {
    return modelVersionId === null ? null : versionById(context).load(modelVersionId);
  }
}
