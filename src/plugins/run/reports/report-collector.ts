import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseReport } from '../../../learning/reports/parse-report.js';
import { pngProblem } from '../../../learning/reports/read-png.js';
import { writeReport } from '../../../learning/reports/read-reports.js';
import {
  pathOfDescription,
  pathOfPicture,
  reportLimits,
  reportsFolder,
  type VersionReport,
} from '../../../learning/reports/version-report.js';
import type { ReportPicture, Reports, ReportTable } from '../../contract/reports.js';

/** Collects what a strategy reports, and writes what holds to the version's files. */
export class ReportCollector implements Reports {
  readonly #kept = new Map<string, { report: VersionReport; png?: Uint8Array }>();

  /** @param log is told of reports that are left out. */
  constructor(private readonly log: (message: string) => void) {}

  table(name: string, table: ReportTable): void {
    const { report, problem } = parseReport({ ...table, name, kind: 'table' });
    if (report === undefined) this.#leaveOut(name, problem);
    else this.#keep({ report });
  }

  picture(name: string, picture: ReportPicture): void {
    const { png, ...words } = { ...picture };
    const { report, problem } = parseReport({ ...words, name, kind: 'picture' });
    if (report === undefined) this.#leaveOut(name, problem);
    else if (!(png instanceof Uint8Array)) this.#leaveOut(name, 'png is no Uint8Array');
    else {
      const ofFile = pngProblem(png);
      if (ofFile !== undefined) this.#leaveOut(name, ofFile);
      else this.#keep({ report, png: Uint8Array.from(png) });
    }
  }

  /** Writes them under `reports/` of a folder. Pictures are as the strategy gave them: `redrawReports` comes next. */
  async write(folder: string): Promise<void> {
    if (this.#kept.size > 0) await mkdir(join(folder, reportsFolder), { recursive: true });
    for (const { report, png } of this.#kept.values()) {
      await writeFile(join(folder, pathOfDescription(report.name)), writeReport(report));
      if (png !== undefined) await writeFile(join(folder, pathOfPicture(report.name)), png);
    }
  }

  #keep(entry: { report: VersionReport; png?: Uint8Array }): void {
    const { name } = entry.report;
    if (!this.#kept.has(name) && this.#kept.size >= reportLimits.count) {
      this.#leaveOut(name, `a version has at most ${reportLimits.count} reports`);
    } else {
      this.#kept.set(name, entry);
    }
  }

  #leaveOut(name: unknown, problem: string): void {
    this.log(`The report ${JSON.stringify(String(name).slice(0, 64))} is left out: ${problem}.`);
  }
}
