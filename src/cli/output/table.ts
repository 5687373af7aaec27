/** A column: its heading, and whether its cells stand to the right, as numbers do. */
export interface Column {
  heading: string;
  align?: 'left' | 'right';
  /** The first column that says so gives way when the table is wider than the terminal. */
  shrink?: boolean;
}

/** Lays rows out in columns, no wider than `width` where a column may shrink. */
export function formatTable(columns: Column[], rows: string[][], width = 80): string {
  const widths = columns.map((column, index) =>
    Math.max(column.heading.length, ...rows.map((row) => (row[index] ?? '').length)),
  );
  const total = widths.reduce((sum, each) => sum + each, 0) + 2 * (columns.length - 1);
  const shrinking = columns.findIndex((column) => column.shrink);
  if (total > width && shrinking >= 0) {
    const heading = columns[shrinking]?.heading.length ?? 0;
    widths[shrinking] = Math.max(heading, 12, (widths[shrinking] ?? 0) - (total - width));
  }
  const layOut = (cells: string[]) =>
    columns
      .map((column, index) => {
        const cell = cut(cells[index] ?? '', widths[index] ?? 0);
        return column.align === 'right' ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0);
      })
      .join('  ')
      .trimEnd();
  return [layOut(columns.map((column) => column.heading)), ...rows.map(layOut)].join('\n');
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
