import { Field, ID, InterfaceType } from 'type-graphql';
import type { GraphQLContext } from './context.js';

/**
 * What every type with an `id` implements. Values keep their row's uuid in `id`; `build-schema` turns it into the
 * opaque id on the way out, for every type that implements this interface.
 */
@InterfaceType('Node', {
  description: 'Anything with an id: fetch it again with `node(id)`.',
  resolveType: (value: { __typename?: string }) => value.__typename,
})
export abstract class Node {
  @Field(() => ID, { description: 'Opaque and stable. Inputs that ask for an id take it.' })
  id: string;
}

/** How `node(id)` finds things of one type. */
export interface NodeType {
  typeName: string;
  /** Those of the rows the principal may see, in the order of `rowIds`; null for the rest. */
  load(context: GraphQLContext, rowIds: readonly string[]): Promise<(object | null)[]>;
}
