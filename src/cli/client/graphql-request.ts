import { errorCodes, type ErrorCode } from '../../error-codes.js';
import { ZooError } from '../../errors.js';
import { authorization, unreachable, type Connection } from './connection.js';

interface GraphQLAnswer {
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions?: Record<string, unknown> }[];
}

/**
 * Runs one GraphQL operation and returns its data.
 *
 * @throws ZooError with the server's code; SERVER_UNREACHABLE or SERVER_ANSWER_UNEXPECTED where it never got that far.
 */
export async function graphqlRequest<Data>(
  connection: Connection,
  query: string,
  variables: Record<string, unknown> = {},
  signal?: AbortSignal,
): Promise<Data> {
  const response = await fetch(`${connection.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...authorization(connection) },
    body: JSON.stringify({ query, variables }),
    signal,
  }).catch((cause: unknown) => {
    if (signal?.aborted) throw signal.reason;
    throw unreachable(connection, cause);
  });
  const answer = (await response.json().catch(() => undefined)) as GraphQLAnswer | undefined;
  const [error] = answer?.errors ?? [];
  if (error) throw toZooError(error.extensions?.['code'], error.message, error.extensions);
  if (answer?.data === undefined || answer.data === null) {
    throw new ZooError(
      'SERVER_ANSWER_UNEXPECTED',
      `${connection.url} answered with status ${response.status}, but not as a zoo does. Is the URL right?`,
    );
  }
  return answer.data as Data;
}

/** A mutation's result: its payload, or why it was not carried out. */
export type MutationResult<Payload> = ({ __typename: string } & Payload) | FailureResult;

export interface FailureResult {
  __typename: 'Failure';
  code: string;
  message: string;
  problems: { path: string; message: string }[];
}

/** To be spread into the selection of every mutation. */
export const failureSelection = `__typename ... on Failure { code message problems { path message } }`;

/**
 * Runs a mutation that has one field and returns its payload.
 *
 * @throws ZooError with the code of the `Failure` it answered.
 */
export async function mutate<Payload extends object>(
  connection: Connection,
  query: string,
  input: Record<string, unknown>,
): Promise<Payload> {
  const data = await graphqlRequest<Record<string, MutationResult<Payload>>>(connection, query, { input });
  const [result] = Object.values(data);
  if (result === undefined) throw new ZooError('SERVER_ANSWER_UNEXPECTED', 'The mutation answered nothing.');
  if (isFailure(result)) throw toZooError(result.code, result.message, { problems: result.problems });
  return result;
}

function isFailure(result: MutationResult<object>): result is FailureResult {
  return result.__typename === 'Failure';
}

/** The server's code where it is one of ours; a newer server may know others. */
export function toZooError(code: unknown, message: string, details: Record<string, unknown> = {}): ZooError {
  const known = typeof code === 'string' && Object.hasOwn(errorCodes, code);
  return new ZooError(
    known ? (code as ErrorCode) : 'SERVER_ANSWER_UNEXPECTED',
    known ? message : `${String(code ?? 'error')}: ${message}`,
    details,
  );
}
