import type { RecordedGraph, RecordedValue } from '../record/recorded-graph.js';

/** The values that the outputs depend on, each after its inputs. */
export function liveValues(graph: RecordedGraph): RecordedValue[] {
  const ordered: RecordedValue[] = [];
  const done = new Set<RecordedValue>();
  // A list instead of recursion: backward passes are thousands of operations deep.
  const open = Object.values(graph.outputs).map((value) => ({ value, inputsDone: false }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, inputsDone } = next;
    if (done.has(value)) continue;
    if (inputsDone) {
      done.add(value);
      ordered.push(value);
      continue;
    }
    open.push({ value, inputsDone: true });
    for (const input of Object.values(value.inputs)) {
      if (!done.has(input)) open.push({ value: input, inputsDone: false });
    }
  }
  return ordered;
}

/** @param outputs also read from outside of the graph: each counts as a reader of itself. */
export function readersOf(
  values: readonly RecordedValue[],
  outputs: readonly RecordedValue[] = [],
): Map<RecordedValue, RecordedValue[]> {
  const readers = new Map(outputs.map((value) => [value, [value]]));
  for (const value of values) {
    for (const input of Object.values(value.inputs)) {
      const known = readers.get(input);
      if (known === undefined) readers.set(input, [value]);
      else known.push(value);
    }
  }
  return readers;
}
