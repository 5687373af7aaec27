import { GraphQLDateTimeISO, GraphQLJSONObject } from 'graphql-scalars';
import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { listWorkers, type ListedStrategy, type WorkerRow } from '../../jobs/load-workers.js';
import { isAdmin } from '../../zoo/access/principal.js';
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

@ObjectType('StrategyNeeds', { description: 'What a strategy works on.', simpleResolvers: true })
export class StrategyNeedsType {
  @Field(() => [String], { description: 'Hub task ids of the data sets it takes.' })
  tasks: string[];
  @Field(() => [String], { description: 'Formats of the models it takes.' })
  formats: string[];
  @Field(() => GpuNeed, { description: 'What it makes of a GPU.' })
  gpu: 'none' | 'optional' | 'required';
}

@ObjectType('Strategy', {
  description: 'A way to adapt a model to a data set, for `launchFineTune`.',
  simpleResolvers: true,
})
export class StrategyType implements ListedStrategy {
  @Field(() => String, { description: 'What to call it by.' })
  name: string;
  @Field(() => String, { description: 'Kept with every job it runs.' })
  version: string;
  @Field(() => String, { description: 'What it is good for, in a sentence.' })
  summary: string;
  @Field(() => GraphQLJSONObject, {
    description: 'JSON Schema 2020-12 of its parameters, with descriptions and defaults.',
  })
  parametersSchema: Record<string, unknown>;
  @Field(() => StrategyNeedsType, { description: 'What it works on.' })
  needs: StrategyNeedsType;
  package: ListedStrategy['package'];
  contract: string;
  @Field(() => Int, { description: 'Workers that are alive and can run it. With none a job waits.' })
  workerCount: number;
}

@ObjectType('Worker', {
  implements: Node,
  description: 'A process that runs jobs, as it announces itself.',
  simpleResolvers: true,
})
export class WorkerType extends Node implements WorkerRow {
  strategies: WorkerRow['strategies'];
  @Field(() => String, { description: 'Machine and process.' })
  name: string;
  @Field(() => String, {
    description:
      'What trains networks in its jobs: onnxruntime, tfjs-node-gpu, tfjs-node or tfjs-cpu; none where there is none.',
  })
  engine: string;
  @Field(() => String, { description: 'What that runs on; without one, why.' })
  device: string;
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
