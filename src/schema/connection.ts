import { Field, Int, ObjectType, ArgsType, type ClassType } from 'type-graphql';
import type { Page, PageRequest } from '../zoo/pagination/fetch-page.js';

@ObjectType('PageInfo', { description: 'Where a page stands in its list.', simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether more comes after this page.' })
  hasNextPage: boolean;
  @Field(() => Boolean, { description: 'Whether something comes before this page.' })
  hasPreviousPage: boolean;
  @Field(() => String, { nullable: true, description: 'Cursor of the first edge; give it as `before`.' })
  startCursor: string | null;
  @Field(() => String, { nullable: true, description: 'Cursor of the last edge; give it as `after`.' })
  endCursor: string | null;
}

/** The arguments of every connection. Extend it for lists that also filter and order. */
@ArgsType()
export class PageArguments implements PageRequest {
  @Field(() => Int, { nullable: true, description: 'How many from the start, 1 to 100; 20 by default.' })
  first?: number | null;
  @Field(() => String, { nullable: true, description: 'Go on after this cursor.' })
  after?: string | null;
  @Field(() => Int, { nullable: true, description: 'How many from the end, 1 to 100.' })
  last?: number | null;
  @Field(() => String, { nullable: true, description: 'Go back from this cursor.' })
  before?: string | null;
}

export interface Connection<Row> {
  edges: { cursor: string; node: Row }[];
  nodes: Row[];
  pageInfo: PageInfo;
  totalCount: () => Promise<number>;
}

/**
 * The Relay connection types of a node type: `<Name>Connection` and `<Name>Edge`.
 *
 * ```ts
 * export const ModelConnection = connectionType('Model', () => ModelType);
 * // in a resolver
 * @Query(() => ModelConnection) models(@Args() args: PageArguments) { return toConnection(await findModels(…)); }
 * ```
 */
export function connectionType<Row extends object>(name: string, node: () => ClassType<Row>) {
  @ObjectType(`${name}Edge`, { description: `A ${name} and its place in a list.`, simpleResolvers: true })
  class Edge {
    @Field(() => String, { description: 'Opaque place in this list and order.' })
    cursor: string;
    @Field(() => node(), { description: 'What stands there.' })
    node: Row;
  }

  @ObjectType(`${name}Connection`, {
    description: `A page of a list of ${name}, stable while others are added.`,
    simpleResolvers: true,
  })
  class ConnectionType {
    @Field(() => [Edge], { description: 'The page, each with its cursor.' })
    edges: Edge[];
    @Field(() => [node()], { description: 'The page without cursors.' })
    nodes: Row[];
    @Field(() => PageInfo, { description: 'Where the page stands.' })
    pageInfo: PageInfo;
    @Field(() => Int, { description: 'How many the whole list has. Counted only when asked for.' })
    totalCount: number;
  }
  return ConnectionType;
}

/** Makes what a connection's resolver returns from a page of the catalogue. */
export function toConnection<Row>(page: Page<Row>): Connection<Row> {
  return {
    edges: page.edges,
    nodes: page.edges.map((edge) => edge.node),
    pageInfo: {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: page.hasPreviousPage,
      startCursor: page.edges[0]?.cursor ?? null,
      endCursor: page.edges.at(-1)?.cursor ?? null,
    },
    totalCount: page.totalCount,
  };
}
