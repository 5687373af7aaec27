import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { maxPageSize } from '../zoo/pagination/fetch-page.js';
import { invalidInput } from '../zoo/parse-input.js';
import type { GraphQLContext } from './context.js';
import { Node } from './node.js';
import { parseNodeId } from './node-id.js';
import { nodeTypes } from './node-types.js';

@Resolver()
export class NodeResolver {
  @Query(() => Node, {
    nullable: true,
    description: 'Whatever has this id; null where there is no such thing or it is not visible to you.',
  })
  async node(
    @Arg('id', () => ID, { description: 'An `id` as any type gives it.' }) id: string,
    @Ctx() context: GraphQLContext,
  ): Promise<object | null> {
    return (await loadNodes(context, [id]))[0] ?? null;
  }

  @Query(() => [Node], {
    nullable: 'items',
    description: 'Several by their ids, in the order of the ids; null for what is not there or not visible.',
  })
  async nodes(
    @Arg('ids', () => [ID], { description: 'At most 100 ids.' }) ids: string[],
    @Ctx() context: GraphQLContext,
  ): Promise<(object | null)[]> {
    if (ids.length > maxPageSize) {
      throw invalidInput([{ path: 'ids', message: `are ${ids.length}; accepted: at most ${maxPageSize}` }]);
    }
    return loadNodes(context, ids);
  }
}

async function loadNodes(context: GraphQLContext, ids: string[]): Promise<(object | null)[]> {
  const parsed = ids.map(parseNodeId);
  const found = new Map<string, object>();
  for (const { typeName, load } of nodeTypes) {
    const rowIds = [...new Set(parsed.flatMap((each) => (each?.typeName === typeName ? [each.rowId] : [])))];
    if (rowIds.length === 0) continue;
    const rows = await load(context, rowIds);
    rows.forEach((row, index) => {
      if (row !== null) found.set(`${typeName}:${rowIds[index]}`, { ...row, __typename: typeName });
    });
  }
  return parsed.map((each) => (each && found.get(`${each.typeName}:${each.rowId}`)) ?? null);
}
