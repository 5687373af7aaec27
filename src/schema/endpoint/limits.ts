import { GraphQLError, type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { ErrorCode } from '../../error-codes.js';
import { measureOperation } from './measure-operation.js';

/** What one GraphQL operation may ask for, over HTTP and WebSocket alike. Pages hold at most 100 rows besides. */
export const operationLimits = {
  /** Words and signs of the text, counted while parsing. */
  tokens: 2_000,
  depth: 12,
  aliases: 30,
  /** Objects the answer can have. */
  cost: 25_000,
  /** Bytes of a request: cards travel in mutations. */
  bodyBytes: 1024 * 1024,
} as const;

/**
 * Refuses an operation that asks for too much, before anything of it runs.
 *
 * @throws GraphQLError OPERATION_TOO_LARGE that names each limit passed.
 */
export function checkLimits(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown> | null | undefined,
): void {
  const measure = measureOperation(schema, document, operation, variables ?? {});
  const passed = (['depth', 'aliases', 'cost'] as const).filter(
    (name) => measure[name] > operationLimits[name],
  );
  if (passed.length === 0) return;
  const reasons = passed.map((name) => `its ${name} is ${measure[name]}, accepted: ${operationLimits[name]}`);
  throw new GraphQLError(
    `The operation asks for too much: ${reasons.join('; ')}. Ask for smaller pages or fewer levels, or in several operations.`,
    { extensions: { code: 'OPERATION_TOO_LARGE' satisfies ErrorCode, http: { status: 400 } } },
  );
}
