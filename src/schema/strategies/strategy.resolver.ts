import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { errorCodes } from '../../error-codes.js';
import { listWorkers } from '../../jobs/load-workers.js';
import {
  findListedStrategy,
  listStrategies,
  type ListedStrategy,
} from '../../jobs/strategies/list-strategies.js';
import type { PresentWorker } from '../../jobs/strategies/present-workers.js';
import { strategyCatalogue } from '../../jobs/strategies/strategy-catalogue.js';
import { requireScope } from '../../zoo/access/principal.js';
import type { GraphQLContext } from '../context.js';
import { RefusedStrategyType, StrategyType, WorkerType } from './strategy.type.js';

@Resolver()
export class StrategyResolver {
  @Query(() => [StrategyType], { description: 'Every strategy that can be launched, by name.' })
  strategies(@Ctx() { zoo }: GraphQLContext): Promise<ListedStrategy[]> {
    return listStrategies(zoo);
  }

  @Query(() => StrategyType, { nullable: true, description: 'A strategy by its name.' })
  async strategy(
    @Arg('name', () => String, { description: 'What it is called.' }) name: string,
    @Arg('version', () => String, {
      nullable: true,
      description: 'Which version; by default the one that a launch gets.',
    })
    version: string | null,
    @Ctx() { zoo }: GraphQLContext,
  ): Promise<ListedStrategy | null> {
    return (await findListedStrategy(zoo, name, version ?? undefined)) ?? null;
  }

  @Query(() => [RefusedStrategyType], {
    description: 'Packages that the server or a worker that is alive could not use, and why. Admins only.',
  })
  async refusedStrategies(@Ctx() { zoo, principal }: GraphQLContext): Promise<RefusedStrategyType[]> {
    requireScope(principal, 'admin');
    const { refused } = await strategyCatalogue(zoo);
    // A worker of a newer version may know more codes.
    return refused.map(({ code, ...rest }) => ({ ...rest, code: isErrorCode(code) ? code : 'INTERNAL' }));
  }
}

@Resolver(() => WorkerType)
export class WorkerResolver {
  @Query(() => [WorkerType], {
    description: 'Workers that showed themselves within the hour, oldest first. Admins only.',
  })
  workers(@Ctx() { zoo, principal }: GraphQLContext): Promise<PresentWorker[]> {
    return listWorkers(zoo.database, principal);
  }

  @FieldResolver(() => [String], { description: 'Names of the strategies it has.' })
  strategies(@Root() worker: PresentWorker): string[] {
    return [...new Set(worker.strategies.map(({ name }) => name))];
  }
}

function isErrorCode(code: string): code is keyof typeof errorCodes {
  return Object.hasOwn(errorCodes, code);
}
