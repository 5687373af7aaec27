import { ZooError } from '../errors.js';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The opaque `id` clients see: good for `node(id)` and for every input that asks for an id of this type. */
export function toNodeId(typeName: string, rowId: string): string {
  return Buffer.from(`${typeName}:${rowId}`).toString('base64url');
}

/** Takes an opaque id apart; undefined for text that is none. */
export function parseNodeId(id: string): { typeName: string; rowId: string } | undefined {
  const [typeName, rowId, ...rest] = Buffer.from(id, 'base64url').toString('utf8').split(':');
  if (!typeName || rowId === undefined || rest.length > 0 || !uuid.test(rowId)) return undefined;
  return { typeName, rowId };
}

/**
 * The row id in an opaque id that must be of `typeName`.
 *
 * @param field where in the input it stands, for the message.
 * @throws ZooError NOT_FOUND for text that is no such id: there is no such thing.
 */
export function fromNodeId(typeName: string, id: string, field = 'id'): string {
  const parsed = parseNodeId(id);
  if (parsed?.typeName === typeName) return parsed.rowId;
  const arrived = parsed === undefined ? 'not an id of this zoo' : `the id of a ${parsed.typeName}`;
  throw new ZooError('NOT_FOUND', `${field} is ${arrived}; expected the id of a ${typeName}.`, {
    problems: [{ path: field, message: `must be the id of a ${typeName}` }],
  });
}
