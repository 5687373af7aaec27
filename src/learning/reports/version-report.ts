/**
 * Something that a strategy shows with the version it made, beside the evaluation, which is ours: a table or a picture.
 * With a version it is the file `reports/<name>.json`, and for a picture `reports/<name>.png` beside it.
 */
export type VersionReport = { name: string; title: string } & (TableReport | PictureReport);

export interface TableReport {
  kind: 'table';
  columns: string[];
  /** A cell for each column; null where there is nothing to say. */
  rows: TableCell[][];
}

export interface PictureReport {
  kind: 'picture';
  /** What the picture shows, for those who do not see it. */
  alt: string;
}

/** Text, a number, or nothing. */
export type TableCell = string | number | null;

/** Where a version keeps its reports. */
export const reportsFolder = 'reports/';

/** The file with all of a table, or the words about a picture. */
export const pathOfDescription = (name: string): string => `${reportsFolder}${name}.json`;
export const pathOfPicture = (name: string): string => `${reportsFolder}${name}.png`;

/** The file that shows a report. */
export function pathOfReport({ kind, name }: Pick<VersionReport, 'kind' | 'name'>): string {
  return kind === 'picture' ? pathOfPicture(name) : pathOfDescription(name);
}

/** What reports may take, so that a page and an answer can show all of a version's. */
export const reportLimits = {
  /** Of one version. */
  count: 20,
  columns: 50,
  /** Of one table. */
  cells: 10_000,
  /** Of a title, a column's name, a cell and an alternative text, in UTF-16 units. */
  titleLength: 200,
  columnLength: 200,
  cellLength: 500,
  altLength: 1000,
  /** Of a table's file. */
  tableBytes: 256 * 1024,
  /** Of a picture's file, as it comes and as it is kept. */
  pictureBytes: 2 * 2 ** 20,
  /** Pixels a side. */
  pictureSide: 4096,
} as const;
