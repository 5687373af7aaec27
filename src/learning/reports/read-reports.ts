import { ZooError } from '../../errors.js';
import type { ModelFile, ModelFiles } from '../tfjs-layers/model-files.js';
import { parseReport } from './parse-report.js';
import { holdsPixelsOnly, pngProblem } from './read-png.js';
import { pathOfPicture, reportLimits, reportsFolder, type VersionReport } from './version-report.js';

/** The reports of a version, by name, and the files they are. */
export interface ReadReports {
  reports: VersionReport[];
  files: ModelFile[];
}

/**
 * Reads the reports among the files that the process of a job wrote, and takes nothing for granted: a strategy may have
 * written there by itself. Tables are written anew, pictures have to be such as we draw.
 *
 * @throws ZooError JOB_RESULT_INVALID
 */
export async function readReports(folder: ModelFiles): Promise<ReadReports> {
  const listed = (await folder.list()).filter(({ path }) => path.startsWith(reportsFolder));
  const sizes = new Map(listed.map(({ path, sizeBytes }) => [path, sizeBytes]));
  const descriptions = [...sizes.keys()].filter((path) => path.endsWith('.json')).sort();
  if (descriptions.length > reportLimits.count) {
    throw invalid(`there are ${descriptions.length} reports of at most ${reportLimits.count}`);
  }
  const read: ReadReports = { reports: [], files: [] };
  const expected = new Set<string>();
  for (const path of descriptions) {
    const report = await readDescription(folder, path, sizes.get(path) ?? 0);
    expected.add(path);
    read.reports.push(report);
    read.files.push({ path, bytes: writeReport(report) });
    if (report.kind === 'table') continue;
    const picture = pathOfPicture(report.name);
    expected.add(picture);
    read.files.push({ path: picture, bytes: await readPicture(folder, picture, sizes.get(picture)) });
  }
  const extra = [...sizes.keys()].filter((path) => !expected.has(path));
  if (extra.length > 0) throw invalid(`${extra.length} files among them belong to no report`);
  return read;
}

/** A report as its file has it. */
export function writeReport(report: VersionReport): Uint8Array {
  return Buffer.from(`${JSON.stringify(report)}\n`);
}

async function readDescription(folder: ModelFiles, path: string, sizeBytes: number): Promise<VersionReport> {
  const name = path.slice(reportsFolder.length, -'.json'.length);
  if (sizeBytes > reportLimits.tableBytes + 1) throw invalid(`a table has ${sizeBytes} bytes`);
  let claimed: unknown;
  try {
    claimed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await folder.read(path)));
  } catch {
    throw invalid('one is no JSON');
  }
  const { report, problem } = parseReport(claimed);
  if (report === undefined) throw invalid(problem);
  if (report.name !== name) throw invalid('one has another name than its file');
  return report;
}

async function readPicture(
  folder: ModelFiles,
  path: string,
  sizeBytes: number | undefined,
): Promise<Uint8Array> {
  if (sizeBytes === undefined) throw invalid('a picture is missing');
  // Before it is read into memory.
  if (sizeBytes > reportLimits.pictureBytes) throw invalid(`a picture has ${sizeBytes} bytes`);
  const bytes = await folder.read(path);
  const problem = pngProblem(bytes);
  if (problem !== undefined) throw invalid(`a picture does not hold: ${problem}`);
  if (!holdsPixelsOnly(bytes)) throw invalid('a picture holds more than pixels');
  return bytes;
}

function invalid(why: string): ZooError {
  return new ZooError(
    'JOB_RESULT_INVALID',
    `The reports that the job wrote do not hold: ${why}. A strategy reports through its context only.`,
  );
}
