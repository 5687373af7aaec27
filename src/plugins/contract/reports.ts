import type { TableCell } from '../../learning/reports/version-report.js';

/**
 * What a strategy shows with the version it makes, beside the evaluation: on the version's page, in GraphQL, by
 * `zoo show`, and as files under `reports/`. The same name again replaces what was said before. A report that breaks a
 * limit is left out, and the job's log says why; the training goes on.
 */
export interface Reports {
  /** @param name 1 to 64 of a-z, 0-9 and `-`; a version has at most 20 reports, shown by name. */
  table(name: string, table: ReportTable): void;
  picture(name: string, picture: ReportPicture): void;
}

/** At most 50 columns, 10,000 cells and, as JSON, 256 KiB. */
export interface ReportTable {
  /** One line, at most 200 characters. */
  title: string;
  /** Their names, at most 200 characters each. */
  columns: string[];
  /** A cell for each column: text of at most 500 characters on one line, a finite number, or null for nothing. */
  rows: TableCell[][];
}

/** A picture that a strategy shows with the version it makes. */
export interface ReportPicture {
  title: string;
  /** A PNG file of at most 2 MiB and 4096 pixels a side. It is drawn anew: pixels are kept, nothing else. */
  png: Uint8Array;
  /** What the picture shows, for those who do not see it; at most 1,000 characters. */
  alt: string;
}
