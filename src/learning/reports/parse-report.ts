import { z } from 'zod';
import { reportLimits, type VersionReport } from './version-report.js';

const limits = reportLimits;

const name = z
  .string('name must be text')
  .regex(/^[a-z0-9-]{1,64}$/, 'name must be 1 to 64 of a-z, 0-9 and -');

const title = line('title', limits.titleLength, 1);

const table = z.object({
  name,
  title,
  kind: z.literal('table'),
  columns: z
    .array(line('a column’s name', limits.columnLength, 1), 'columns must be a list of names')
    .min(1, 'a table has at least one column')
    .max(limits.columns, `a table has at most ${limits.columns} columns`),
  rows: z.array(
    z.array(
      z.union(
        [line('a cell', limits.cellLength, 0), z.number(), z.null()],
        `a cell is text of at most ${limits.cellLength} characters on one line, a finite number, or null`,
      ),
      'a row is a list of cells',
    ),
    'rows must be a list of rows',
  ),
});

const picture = z.object({
  name,
  title,
  kind: z.literal('picture'),
  alt: line('alt', limits.altLength, 1),
});

const report = z.discriminatedUnion('kind', [table, picture], 'it is neither a table nor a picture');

/**
 * Holds what claims to be a report to its form and limits. It comes from code that anybody may have written, or from a
 * file that such code may have written.
 *
 * @returns the report, copied, or what is wrong with it.
 */
export function parseReport(
  claimed: unknown,
): { report: VersionReport; problem?: undefined } | { report?: undefined; problem: string } {
  const tooLarge = tooManyCells(claimed);
  if (tooLarge !== undefined) return { problem: tooLarge };
  const parsed = report.safeParse(claimed);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join('.') ?? '';
    return { problem: `${issue?.message ?? 'it is no report'}${where === '' ? '' : ` (at ${where})`}` };
  }
  const made = parsed.data;
  if (made.kind === 'table') {
    const odd = made.rows.findIndex((row) => row.length !== made.columns.length);
    if (odd >= 0) {
      return {
        problem: `row ${odd} has ${made.rows[odd]?.length} cells for ${made.columns.length} columns; null stands for nothing`,
      };
    }
    const bytes = Buffer.byteLength(JSON.stringify(made));
    if (bytes > limits.tableBytes) {
      return { problem: `the table takes ${bytes} bytes of at most ${limits.tableBytes}` };
    }
  }
  return { report: made };
}

/** Before every cell is looked at. */
function tooManyCells(claimed: unknown): string | undefined {
  const { rows } = (claimed ?? {}) as { rows?: unknown };
  if (!Array.isArray(rows)) return undefined;
  let cells = 0;
  for (const row of rows) cells += Array.isArray(row) ? Math.max(row.length, 1) : 1;
  return cells > limits.cells ? `the table has ${cells} cells of at most ${limits.cells}` : undefined;
}

/** Text that a page, a terminal and the database can hold: one line, no control characters, no half of a pair. */
function line(what: string, length: number, minimum: number) {
  const message = `${what} must be ${minimum} to ${length} characters on one line`;
  return z
    .string(message)
    .min(minimum, message)
    .max(length, message)
    .refine((text) => !/[\p{Cc}\p{Surrogate}]/u.test(text), message);
}
