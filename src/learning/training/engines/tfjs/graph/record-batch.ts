import type { OperationAttribute, OperationRecord, UploadedTensor } from './record-operations.js';

/** Batches so small that recording them costs little; three, so that a guess from two can be checked. */
const sampleRows = [2, 3, 4] as const;

/**
 * The record of a batch without running one: runs much smaller batches, whose records differ in shapes and counts only,
 * and continues those. Running a whole batch operation by operation would hold everything that it computes in memory at
 * once, several times what the graph needs.
 *
 * @param recordAt records a batch of so many rows.
 * @returns what `recordAt(rows)` would, but for the numbers of the tensors; where the small records do not continue in a
 *   way that is known, just that.
 */
export function recordBatch(rows: number, recordAt: (rows: number) => OperationRecord): OperationRecord {
  if (rows <= sampleRows[2]) return recordAt(rows);
  const samples = sampleRows.map(recordAt);
  try {
    return extrapolate(samples, rows);
  } catch (error) {
    if (error instanceof Discontinuity) return recordAt(rows);
    throw error;
  }
}

function extrapolate(samples: OperationRecord[], rows: number): OperationRecord {
  const [first] = samples;
  const renumbered = samples.map(renumber);
  const [base] = renumbered;
  if (first === undefined || base === undefined) throw new Discontinuity();
  if (new Set(renumbered.map(({ structure }) => structure)).size > 1) throw new Discontinuity();
  const operations = first.operations.map((operation, at) => ({
    ...operation,
    attributes: operation.attributes.map((attribute, which) =>
      continueAttribute(
        samples.map((sample) => sample.operations[at]?.attributes[which]),
        attribute,
        rows,
      ),
    ),
  }));
  const uploads = new Map(
    base.uploads.map((id, at) => [
      id,
      continueUpload(
        samples.map((sample, of) => sample.uploads.get(renumbered[of]?.uploads[at] ?? -1)),
        rows,
      ),
    ]),
  );
  return { ...first, operations, uploads };
}

/** What is the same in records of batches of different sizes: which operation reads what. And the uploads, by first use. */
function renumber({ operations, uploads, inputs, outputs }: OperationRecord): {
  structure: string;
  uploads: number[];
} {
  const names = new Map<number, string>();
  for (const [name, id] of Object.entries(inputs)) if (id >= 0) names.set(id, name);
  const used: number[] = [];
  const nameOf = (id: number) => {
    if (!names.has(id) && uploads.has(id)) names.set(id, `upload ${used.push(id)}`);
    return names.get(id) ?? '?';
  };
  const lines = operations.map((operation, at) => {
    const reads = operation.inputs.map(nameOf).join(', ');
    operation.outputs.forEach((id, output) => names.set(id, `${at}:${output}`));
    return `${operation.op}(${reads})${operation.attributes.map(({ name }) => name).join()}`;
  });
  const given = Object.entries(outputs).map(([name, id]) => `${name} = ${nameOf(id)}`);
  return { structure: [...lines, ...given].join('\n'), uploads: used };
}

function continueAttribute(
  samples: (OperationAttribute | undefined)[],
  attribute: OperationAttribute,
  rows: number,
): OperationAttribute {
  const values = samples.map((sample) => sample?.value);
  const { value } = attribute;
  if (values.every((other) => JSON.stringify(other) === JSON.stringify(value))) return attribute;
  if (typeof value === 'number') return { ...attribute, value: continueNumber(values.map(Number), rows) };
  if (!Array.isArray(value)) throw new Discontinuity();
  const lists = values.map((other) => (Array.isArray(other) ? other.map(Number) : []));
  return { ...attribute, value: continueList(lists, rows) };
}

function continueUpload(samples: (UploadedTensor | undefined)[], rows: number): UploadedTensor {
  const uploads = samples.filter((sample) => sample !== undefined);
  const [first] = uploads;
  if (first === undefined || uploads.length < samples.length) throw new Discontinuity();
  const shape = continueList(
    uploads.map((upload) => upload.shape),
    rows,
  );
  const values = first.values.slice();
  values.set(
    continueList(
      uploads.map((upload) => [...upload.values]),
      rows,
    ),
  );
  return { ...first, shape, values };
}

function continueList(lists: number[][], rows: number): number[] {
  const [first = []] = lists;
  if (lists.some((list) => list.length !== first.length)) throw new Discontinuity();
  return first.map((_, at) =>
    continueNumber(
      lists.map((list) => list[at] ?? NaN),
      rows,
    ),
  );
}

/** Counts grow with the rows; means divide by counts. */
function continueNumber(values: number[], rows: number): number {
  const [first = NaN] = values;
  if (values.every((value) => value === first)) return first;
  const inverses = values.map((value) => 1 / value);
  return values.every(Number.isInteger) ? continueCount(values, rows) : 1 / continueCount(inverses, rows);
}

/** @param counts whole numbers, up to the rounding of float32 */
function continueCount(counts: number[], rows: number): number {
  const [a = NaN, b = NaN, c = NaN] = counts.map(Math.round);
  const isWhole = counts.every((count) => Math.abs(count - Math.round(count)) <= 1e-6 * Math.abs(count));
  if (!isWhole || c - b !== b - a) throw new Discontinuity();
  return a + (b - a) * (rows - sampleRows[0]);
}

/** Small batches tell nothing certain of a large one. */
class Discontinuity extends Error {}
