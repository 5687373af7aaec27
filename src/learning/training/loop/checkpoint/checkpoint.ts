import { z } from 'zod';
import { ZooError } from '../../../../errors.js';
import { hashBytes } from '../../../sha256.js';
import type { TrainingState } from '../../engines/training-engine.js';
import { loopState, type LoopState } from './loop-state.js';

/**
 * All that a training needs to go on as if it had never stopped, in one piece of bytes: `MZT1`, the SHA-256 of
 * everything after it, the length of the header, the header as JSON, then the tensors as raw float32, little-endian.
 */
export interface Checkpoint {
  /** What the training is of; it goes on only as part of an equal one. */
  identity: Record<string, string>;
  loop: LoopState;
  state: TrainingState;
  /** Best weights so far, by the names they have in the state; null where nothing is validated. */
  bestWeights: Record<string, Float32Array> | null;
}

const tensorSpec = z.object({ name: z.string(), length: z.int().min(0) });

const headerSchema = z.object({
  identity: z.record(z.string(), z.string()),
  loop: loopState,
  /** The engine's count of steps, which may have begun before this training. */
  step: z.int().min(0),
  state: z.array(tensorSpec),
  /** `state`: the best weights are those of the state, and not written twice. */
  best: z.union([z.array(tensorSpec), z.literal('state'), z.null()]),
});

const magic = Buffer.from('MZT1');
const digestBytes = 32;
const lengthAt = magic.length + digestBytes;
const headerAt = lengthAt + 4;

/** Writes a checkpoint. Equal checkpoints give equal bytes. */
export function encodeCheckpoint({ identity, loop, state, bestWeights }: Checkpoint): Uint8Array {
  const best = bestWeights === null ? [] : Object.entries(bestWeights);
  const isBest = best.length > 0 && best.every(([name, values]) => values === state.tensors[name]);
  const tensors = [...Object.entries(state.tensors), ...(isBest ? [] : best)];
  const specs = (entries: [string, Float32Array][]) =>
    entries.map(([name, { length }]) => ({ name, length }));
  const header: z.input<typeof headerSchema> = {
    identity,
    loop,
    step: state.step,
    state: specs(Object.entries(state.tensors)),
    best: bestWeights === null ? null : isBest ? 'state' : specs(best),
  };
  const json = Buffer.from(JSON.stringify(header));
  const bodyBytes = tensors.reduce((sum, [, values]) => sum + values.byteLength, 0);
  const bytes = new Uint8Array(headerAt + json.length + bodyBytes);
  bytes.set(magic);
  new DataView(bytes.buffer).setUint32(lengthAt, json.length, true);
  bytes.set(json, headerAt);
  let at = headerAt + json.length;
  for (const [, values] of tensors) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  bytes.set(digest(bytes), magic.length);
  return bytes;
}

/**
 * Reads a checkpoint back.
 *
 * @param identity of the training that is to go on
 * @throws ZooError CHECKPOINT_INVALID when it is cut off, damaged, or of another training; `details.differences` names
 * what differs
 */
export function decodeCheckpoint(bytes: Uint8Array, identity: Record<string, string>): Checkpoint {
  if (bytes.length < headerAt || !Buffer.from(bytes.subarray(0, magic.length)).equals(magic)) {
    throw invalid(`${bytes.length} bytes that do not begin as a checkpoint of this version does`);
  }
  if (!digest(bytes).equals(bytes.subarray(magic.length, lengthAt))) {
    throw invalid('a checkpoint that was damaged or cut off: its bytes do not have the digest it states');
  }
  const { header, at } = readHeader(bytes);
  requireSame(header.identity, identity);
  const take = tensorReader(bytes, at);
  const tensors = take(header.state);
  const best = header.best;
  const bestWeights = best === 'state' ? weightsOf(tensors) : best === null ? null : take(best);
  return { identity: header.identity, loop: header.loop, state: { step: header.step, tensors }, bestWeights };
}

/** Everything but the optimizer's slots: trained weights and moving statistics. */
export function weightsOf(tensors: Record<string, Float32Array>): Record<string, Float32Array> {
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => !name.startsWith('slot/')));
}

function digest(bytes: Uint8Array): Buffer {
  return Buffer.from(hashBytes(bytes.subarray(lengthAt)), 'hex');
}

function readHeader(bytes: Uint8Array): { header: z.output<typeof headerSchema>; at: number } {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(lengthAt, true);
  const at = headerAt + length;
  try {
    const json: unknown = JSON.parse(Buffer.from(bytes.subarray(headerAt, at)).toString());
    return { header: headerSchema.parse(json), at };
  } catch (cause) {
    throw invalid('a checkpoint whose header is not as this version writes it', {}, cause);
  }
}

/** Takes tensors off the bytes one after the other, as copies: typed arrays need aligned bytes. */
function tensorReader(bytes: Uint8Array, start: number) {
  let at = start;
  return (specs: z.output<typeof tensorSpec>[]): Record<string, Float32Array> =>
    Object.fromEntries(
      specs.map(({ name, length }) => {
        const end = at + 4 * length;
        if (end > bytes.length) throw invalid('a checkpoint that is shorter than the tensors it lists');
        const values = new Float32Array(length);
        // Not slice: a Buffer's gives a view of all the memory that it shares.
        new Uint8Array(values.buffer).set(bytes.subarray(at, end));
        at = end;
        return [name, values];
      }),
    );
}

function requireSame(there: Record<string, string>, here: Record<string, string>): void {
  const names = [...new Set([...Object.keys(here), ...Object.keys(there)])];
  const differences = names
    .filter((name) => there[name] !== here[name])
    .map((name) => ({ name, there: there[name] ?? null, here: here[name] ?? null }));
  if (differences.length === 0) return;
  const parts = differences.map(
    ({ name, there, here }) => `${name} is ${brief(there)} there and ${brief(here)} here`,
  );
  throw invalid(`a checkpoint of another training: ${parts.join('; ')}`, { differences });
}

function brief(value: string | null): string {
  if (value === null) return 'not stated';
  return value.length > 40 ? `${value.slice(0, 37)}…` : value;
}

function invalid(what: string, details: Record<string, unknown> = {}, cause?: unknown): ZooError {
  return new ZooError(
    'CHECKPOINT_INVALID',
    `This is ${what}. Training goes on only from an intact checkpoint of its own; leave it out to begin anew.`,
    details,
    { cause },
  );
}
