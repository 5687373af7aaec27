import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pngProblem } from '../../../learning/reports/read-png.js';
import { readReports } from '../../../learning/reports/read-reports.js';
import { redrawPng } from '../../../learning/reports/redraw-png.js';
import {
  pathOfDescription,
  reportLimits,
  reportsFolder,
  type VersionReport,
} from '../../../learning/reports/version-report.js';
import { filesOfFolder } from '../../../learning/tfjs-layers/model-files.js';

/** A report without what it shows. */
export type ReportSummary = Pick<VersionReport, 'name' | 'kind' | 'title'>;

/**
 * Draws the pictures among the reports in a folder anew, in their place, and reads what is there then. A picture that
 * cannot be drawn is left out, and the log says so. To be called where no code of the strategy runs.
 *
 * @throws ZooError JOB_RESULT_INVALID where someone wrote there beside the strategy's context
 */
export async function redrawReports(
  folder: string,
  log: (message: string) => void,
): Promise<ReportSummary[]> {
  const files = filesOfFolder(folder);
  for (const { path, sizeBytes } of await files.list()) {
    if (!path.startsWith(reportsFolder) || !path.endsWith('.png')) continue;
    const problem =
      sizeBytes > reportLimits.pictureBytes ? `it has ${sizeBytes} bytes` : await redraw(folder, path);
    if (problem === undefined) continue;
    const name = path.slice(reportsFolder.length, -'.png'.length);
    log(`The report ${JSON.stringify(name.slice(0, 64))} is left out: ${problem}.`);
    for (const left of [path, pathOfDescription(name)]) await rm(join(folder, left), { force: true });
  }
  return (await readReports(files)).reports.map(({ name, kind, title }) => ({ name, kind, title }));
}

/** @returns what is wrong with the picture; undefined where it was drawn anew. */
async function redraw(folder: string, path: string): Promise<string | undefined> {
  const bytes = await filesOfFolder(folder).read(path);
  const given = pngProblem(bytes);
  if (given !== undefined) return given;
  let drawn: Uint8Array;
  try {
    drawn = await redrawPng(bytes);
  } catch {
    return 'its pixels cannot be decoded; the file is cut off or damaged';
  }
  const made = pngProblem(drawn);
  if (made !== undefined) return `drawn anew, ${made}; fewer pixels or colours help`;
  const temporary = join(folder, `${path}.tmp`);
  await writeFile(temporary, drawn);
  await rename(temporary, join(folder, path));
  return undefined;
}
