import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { listStrategies, listWorkers, type ListedStrategy, type WorkerRow } from '../../jobs/load-workers.js';
import type { GraphQLContext } from '../context.js';
import { StrategyType, WorkerType } from './strategy.type.js';

@Resolver()
export class StrategyResolver {
  @Query(() => [StrategyType], { description: 'Every strategy that can be launched, by name.' })
  strategies(@Ctx() { zoo }: GraphQLContext): Promise<ListedStrategy[]> {
    return listStrategies(zoo.database);
  }

  @Query(() => StrategyType, { nullable: true, description: 'A strategy by its name.' })
  async strategy(
    @Arg('name', () => String, { description: 'What it is called.' }) name: string,
    @Ctx() { zoo }: GraphQLContext,
  ): Promise<ListedStrategy | null> {
    return (await listStrategies(zoo.database)).find((strategy) => strategy.name === name) ?? null;
  }
}

@Resolver(() => WorkerType)
export class WorkerResolver {
  @Query(() => [WorkerType], {
    description: 'Workers that showed themselves within the hour, oldest first. Admins only.',
  })
  workers(@Ctx() { zoo, principal }: GraphQLContext): Promise<WorkerRow[]> {
    return listWorkers(zoo.database, principal);
  }

  @FieldResolver(() => [String], { description: 'Names of the strategies it can run.' })
  strategies(@Root() worker: WorkerRow): string[] {
    return worker.strategies.map(({ name }) => name);
  }
}
