import { GraphQLDateTimeISO, GraphQLJSONObject, GraphQLSafeInt } from 'graphql-scalars';
import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { listWorkers } from '../../jobs/load-workers.js';
import type { ListedStrategy, ListedVersion } from '../../jobs/strategies/list-strategies.js';
import type { PresentWorker } from '../../jobs/strategies/present-workers.js';
import type { RefusedSomewhere } from '../../jobs/strategies/strategy-catalogue.js';
import { isAdmin } from '../../zoo/access/principal.js';
import type { StrategyPackage } from '../../zoo/job-types.js';
import { ErrorCodeEnum } from '../failure.js';
import { inOrderOf } from '../loader.js';
import { Node, type NodeType } from '../node.js';

export const GpuNeed = { NONE: 'none', OPTIONAL: 'optional', REQUIRED: 'required' } as const;
registerEnumType(GpuNeed, {
  name: 'GpuNeed',
  description: 'What a strategy makes of a GPU.',
  valuesConfig: {
    NONE: { description: 'It runs on the CPU.' },
    OPTIONAL: { description: 'It is faster with one.' },
    REQUIRED: { description: 'It does not run without one.' },
  },
});

export const StrategySource = { BUILT_IN: 'BUILT_IN', PACKAGE: 'PACKAGE' } as const;
registerEnumType(StrategySource, {
  name: 'StrategySource',
  description: 'Where a strategy comes from.',
  valuesConfig: {
    BUILT_IN: { description: 'With Model Zoo.' },
    PACKAGE: { description: 'From a package that an operator added.' },
  },
});

@ObjectType('StrategyNeeds', { description: 'What a strategy works on.', simpleResolvers: true })
export class StrategyNeedsType {
  @Field(() => [String], { description: 'Hub task ids of the data sets it takes.' })
  tasks: string[];
  @Field(() => [String], { description: 'Formats of the models it takes.' })
  formats: string[];
  @Field(() => GpuNeed, { description: 'What it makes of a GPU.' })
  gpu: 'none' | 'optional' | 'required';
  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Bytes of memory that a job of it needs at least; workers with less leave it to others.',
  })
  memoryBytes?: number;
}

@ObjectType('StrategyPackage', {
  description: 'Which build of which package a strategy is of: the same digest is the same code.',
  simpleResolvers: true,
})
export class StrategyPackageType implements StrategyPackage {
  @Field(() => String, { description: 'Name of the package; `modelzoo` for what comes with Model Zoo.' })
  name: string;
  @Field(() => String, { description: 'Version of the package.' })
  version: string;
  @Field(() => String, { description: 'SHA-256 in hex.' })
  digest: string;
}

/** What a build of a strategy and the strategy as a whole have in common. */
@ObjectType({ simpleResolvers: true })
abstract class StrategyFacts implements ListedVersion {
  name: string;
  @Field(() => String, { description: 'Kept with every job it runs.' })
  version: string;
  @Field(() => String, { description: 'What it is good for, in a sentence.' })
  summary: string;
  @Field(() => GraphQLJSONObject, {
    description:
      'JSON Schema 2020-12 of its parameters, with titles, descriptions, units, groups, ranges and defaults.',
  })
  parametersSchema: Record<string, unknown>;
  @Field(() => StrategyNeedsType, { description: 'What it works on.' })
  needs: StrategyNeedsType;
  @Field(() => Boolean, {
    description:
      'Whether it says itself what would come of a job, without training. What comes with Model Zoo need not: the advisor knows it.',
  })
  estimates: boolean;
  @Field(() => StrategySource, { description: 'Where it comes from.' })
  source: 'BUILT_IN' | 'PACKAGE';
  @Field(() => StrategyPackageType, { description: 'The build that jobs are bound to.' })
  package: StrategyPackageType;
  @Field(() => String, { description: 'Version of the contract it is written for.' })
  contract: string;
  @Field(() => Int, { description: 'Workers that are alive and can run it. With none a job waits.' })
  workerCount: number;
}

@ObjectType('StrategyVersion', {
  description: 'One version of a strategy that the server or a worker has.',
  simpleResolvers: true,
})
export class StrategyVersionType extends StrategyFacts {}

@ObjectType('Strategy', {
  description: 'A way to adapt a model to a data set, for `launchFineTune`.',
  simpleResolvers: true,
})
export class StrategyType extends StrategyFacts implements ListedStrategy {
  @Field(() => String, { description: 'What to call it by.' })
  declare name: string;
  @Field(() => [StrategyVersionType], {
    description: 'All versions there are; first the one that a launch gets where it names none.',
  })
  versions: StrategyVersionType[];
}

@ObjectType('RefusedStrategy', {
  description: 'A package that cannot be used; everything else works all the same.',
  simpleResolvers: true,
})
export class RefusedStrategyType implements RefusedSomewhere {
  @Field(() => String, { description: 'Package and version, or what the configuration lists.' })
  source: string;
  @Field(() => ErrorCodeEnum, { description: 'Stable code of the reason.' })
  code: keyof typeof ErrorCodeEnum;
  @Field(() => String, { description: 'Why, and what to do.' })
  reason: string;
  @Field(() => [String], { description: 'Where it was refused: `server`, or names of workers.' })
  places: string[];
}

@ObjectType('Worker', {
  implements: Node,
  description: 'A process that runs jobs, as it announces itself.',
  simpleResolvers: true,
})
export class WorkerType extends Node implements PresentWorker {
  announcement: string | null;
  strategies: PresentWorker['strategies'];
  refused: PresentWorker['refused'];
  @Field(() => String, { description: 'Machine and process.' })
  name: string;
  @Field(() => String, {
    description:
      'What trains networks in its jobs: onnxruntime, tfjs-node-gpu, tfjs-node or tfjs-cpu; none where there is none.',
  })
  engine: string;
  @Field(() => String, { description: 'What that runs on; without one, why.' })
  device: string;
  @Field(() => Boolean, { description: 'Whether its jobs train on a GPU.' })
  hasGpu: boolean;
  @Field(() => GraphQLSafeInt, { description: 'Bytes of memory that one of its jobs may have.' })
  jobMemoryBytes: number;
  @Field(() => String, { description: 'Version of Model Zoo it runs.' })
  version: string;
  @Field(() => GraphQLDateTimeISO, { description: 'When it started.' })
  startedAt: Date;
  @Field(() => GraphQLDateTimeISO, { description: 'Its last sign of life.' })
  heartbeatAt: Date;
  @Field(() => Boolean, { description: 'Whether that was within the last 30 seconds.' })
  alive: boolean;
}

/** Workers tell of machines: only admins see them. */
export const workerNode: NodeType = {
  typeName: 'Worker',
  load: async ({ zoo, principal }, rowIds) => {
    if (!isAdmin(principal)) return rowIds.map(() => null);
    return inOrderOf(rowIds, await listWorkers(zoo.database, principal), (worker) => worker.id);
  },
};
