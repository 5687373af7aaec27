/** A table in Markdown; cells are escaped. */
export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map(escapeCell).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** Class names and parameters are a user's text: they must not end a cell or start markup. */
export const escapeCell = (text: string): string =>
  text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>|~]/g, (character) => `\\${character}`);

/** Code within a line. */
export const inline = (text: string): string => `\`${text.replaceAll('`', '')}\``;
