import { sizeOf } from '../../lower/layout.js';
import type { LoweredPort } from '../../lower/lowered-graph.js';

/** Named float32 tensors in one piece of memory that threads share, with a count of how often they were written. */
export interface SharedTensors {
  memory: SharedArrayBuffer;
  /** Where each begins, in floats. */
  offsets: Record<string, { start: number; length: number }>;
}

/** The count lies in front, on a cache line of its own. */
const headerFloats = 16;

export function createSharedTensors(ports: readonly Pick<LoweredPort, 'name' | 'shape'>[]): SharedTensors {
  const offsets: SharedTensors['offsets'] = {};
  let start = headerFloats;
  for (const { name, shape } of ports) {
    const length = sizeOf(shape);
    offsets[name] = { start, length };
    start += length;
  }
  return { memory: new SharedArrayBuffer(start * Float32Array.BYTES_PER_ELEMENT), offsets };
}

export function sharedNames({ offsets }: SharedTensors): string[] {
  return Object.keys(offsets);
}

/** The memory itself, not a copy. */
export function sharedView({ memory, offsets }: SharedTensors, name: string): Float32Array {
  const place = offsets[name];
  if (place === undefined) throw new Error(`there is no shared tensor ${name}`);
  return new Float32Array(memory, place.start * Float32Array.BYTES_PER_ELEMENT, place.length);
}

/** How often the tensors were written. */
export function sharedVersion({ memory }: SharedTensors): number {
  return Atomics.load(new Int32Array(memory, 0, 1), 0);
}

/** To be called after writing. */
export function raiseSharedVersion({ memory }: SharedTensors): void {
  Atomics.add(new Int32Array(memory, 0, 1), 0, 1);
}
