import 'reflect-metadata';
import { GraphQLObjectType, isObjectType, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import { createPubSub } from '@graphql-yoga/subscription';
import { buildSchemaSync } from 'type-graphql';
import { AccountResolver } from './accounts/account.resolver.js';
import { DatasetAdviceResolver, JobAdviceResolver } from './advisor/advice-links.resolver.js';
import { AdviceCandidateResolver, AdviceOutcomeResolver, AdviceResolver } from './advisor/advice.resolver.js';
import { AdvisorRecordResolver, RecordedOutcomeResolver } from './advisor/advisor-record.resolver.js';
import { EstimateResolver } from './advisor/estimate.resolver.js';
import {
  FrechetDistanceResolver,
  ModelMeasurementsResolver,
  ModelNotMeasuredResolver,
} from './advisor/measured-links.resolver.js';
import {
  DatasetTransferProfileResolver,
  ModelTransferProfileResolver,
  TransferProfileResolver,
  VersionTransferProfileResolver,
} from './advisor/transfer-profile.resolver.js';
import { JobDatasetResolver, LineageDatasetResolver } from './datasets/dataset-links.resolver.js';
import { DatasetMutationResolver } from './datasets/dataset-mutation.resolver.js';
import { DatasetVersionResolver } from './datasets/dataset-version.resolver.js';
import { DatasetResolver } from './datasets/dataset.resolver.js';
import { Failure, isExpected } from './failure.js';
import { JobEventsResolver } from './jobs/job-events.resolver.js';
import { JobMutationResolver } from './jobs/job-mutation.resolver.js';
import { JobResolver } from './jobs/job.resolver.js';
import { ModelMutationResolver } from './models/model-mutation.resolver.js';
import { LineageStepResolver, ModelVersionResolver } from './models/model-version.resolver.js';
import { VersionReportResolver } from './models/version-report.resolver.js';
import { AliasResolver, ModelResolver } from './models/model.resolver.js';
import { NodeResolver } from './node.resolver.js';
import { toNodeId } from './node-id.js';
import { SweepMutationResolver } from './sweeps/sweep-mutation.resolver.js';
import { JobSweepResolver, SweepCandidateResolver, SweepResolver } from './sweeps/sweep.resolver.js';
import { StrategyResolver, WorkerResolver } from './strategies/strategy.resolver.js';

/** Every resolver of the schema. A subject adds its own here; one that is forgotten shows as missing fields at once. */
const resolvers = [
  NodeResolver,
  AccountResolver,
  ModelResolver,
  AliasResolver,
  ModelVersionResolver,
  VersionReportResolver,
  LineageStepResolver,
  ModelMutationResolver,
  DatasetResolver,
  DatasetVersionResolver,
  DatasetMutationResolver,
  JobDatasetResolver,
  LineageDatasetResolver,
  JobResolver,
  JobMutationResolver,
  JobEventsResolver,
  AdviceResolver,
  AdviceCandidateResolver,
  AdviceOutcomeResolver,
  JobAdviceResolver,
  DatasetAdviceResolver,
  ModelMeasurementsResolver,
  ModelNotMeasuredResolver,
  FrechetDistanceResolver,
  VersionTransferProfileResolver,
  ModelTransferProfileResolver,
  TransferProfileResolver,
  DatasetTransferProfileResolver,
  AdvisorRecordResolver,
  RecordedOutcomeResolver,
  EstimateResolver,
  SweepMutationResolver,
  JobSweepResolver,
  SweepResolver,
  SweepCandidateResolver,
  StrategyResolver,
  WorkerResolver,
] as const;

/** Builds the GraphQL schema from the decorated classes. */
export function buildZooSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers,
    validate: false,
    // Subscriptions bring their own streams; type-graphql asks for this nevertheless.
    pubSub: createPubSub(),
  });
  for (const type of Object.values(schema.getTypeMap())) {
    if (isObjectType(type) && type.getInterfaces().some((each) => each.name === 'Node')) encodeIds(type);
  }
  const mutations = schema.getMutationType();
  if (mutations) reportFailures(mutations);
  return schema;
}

/** Rows carry their uuid; clients see an opaque id that says what it is the id of. */
function encodeIds(type: GraphQLObjectType): void {
  const id = type.getFields()['id'];
  if (id) id.resolve = (row: { id: string }) => toNodeId(type.name, row.id);
}

/** What a client can act on is a result of the mutation, not an error beside it. */
function reportFailures(mutations: GraphQLObjectType): void {
  for (const field of Object.values(mutations.getFields())) {
    const carryOut = field.resolve as GraphQLFieldResolver<unknown, unknown>;
    field.resolve = async (...args) => {
      try {
        return await carryOut(...args);
      } catch (error) {
        if (isExpected(error)) return Failure.of(error);
        throw error;
      }
    };
  }
}
