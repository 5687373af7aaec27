import { parentPort } from 'node:worker_threads';
import { z } from 'zod';
import { validateAgainst } from '../../plugins/parameters/validate-parameters.js';

/** A schema and what is to be held against it, as `validateByAnnouncement` sends it. */
export interface SchemaQuestion {
  strategy: string;
  parametersSchema: Record<string, unknown>;
  raw: unknown;
}

/** `ready` once everything is loaded, then the answer, or why the schema cannot be used. */
export type SchemaThreadMessage =
  'ready' | { answer: ReturnType<typeof validateAgainst> } | { unusable: string };

/**
 * Runs in a thread of its own: holds parameters against a JSON Schema that someone else wrote. A pattern or union that
 * takes exponential time stops this thread, and whoever started it ends it.
 */
parentPort?.once('message', ({ strategy, parametersSchema, raw }: SchemaQuestion) => {
  let schema: z.ZodType;
  try {
    schema = z.fromJSONSchema(parametersSchema);
  } catch (error) {
    send({ unusable: error instanceof Error ? error.message : String(error) });
    return;
  }
  send({ answer: validateAgainst(strategy, schema, () => parametersSchema, raw) });
});
send('ready');

function send(message: SchemaThreadMessage): void {
  parentPort?.postMessage(message);
}
