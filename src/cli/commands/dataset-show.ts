import { requireDatasetVersion, type DatasetDetails, type DatasetVersion } from '../client/find-dataset.js';
import type { CommandContext } from '../command-context.js';
import { formatBytes, formatTime } from '../output/format.js';
import { formatTable } from '../output/table.js';
import { parseReference } from '../reference.js';

/** Rejected files that are listed; the whole list stands in the version's report.json. */
const listedRejections = 10;

/** `zoo dataset show`: classes, splits and what was left out. @throws ZooError NOT_FOUND */
export async function showDataset({ connection, output }: CommandContext, reference: string): Promise<void> {
  const { dataset, version } = await requireDatasetVersion(connection, parseReference(reference));
  output.document(dataset);
  output.line(describeDataset(dataset, version));
}

/** A data set's version in words and tables. */
export function describeDataset(dataset: DatasetDetails, version: DatasetVersion): string {
  const { manifest } = version;
  const table = formatTable(
    [
      { heading: 'CLASS', shrink: true },
      ...manifest.splits.map(({ split }) => ({ heading: split.toUpperCase(), align: 'right' as const })),
    ],
    manifest.classes.map((name, index) => [
      name,
      ...manifest.splits.map(({ perClass }) => String(perClass[index] ?? 0)),
    ]),
  );
  const lines = [
    `${dataset.owner.name}/${dataset.name}@${version.number}  (of ${dataset.versions.totalCount})`,
    `  ${dataset.task}, ${dataset.license ?? 'no licence given'}, ${dataset.visibility.toLowerCase()}, ${formatTime(version.createdAt)}`,
    `  ${version.imageCount} pictures, ${formatBytes(version.sizeBytes)}, splits ${manifest.splitSource.toLowerCase()}`,
    '',
    table,
  ];
  if (manifest.nearDuplicateCount > 0) {
    lines.push(
      '',
      `Pairs of pictures in different splits that look the same: ${manifest.nearDuplicateCount}.`,
    );
  }
  if (manifest.rejectedCount > 0) {
    lines.push(
      '',
      `${manifest.rejectedCount} ${manifest.rejectedCount === 1 ? 'file was' : 'files were'} left out:`,
    );
    for (const { path, code, reason } of manifest.rejected.slice(0, listedRejections)) {
      lines.push(`  ${path}: ${code}, ${reason}`);
    }
  }
  if (dataset.advice !== null) {
    const { owner, name, advice } = dataset;
    lines.push(
      '',
      `Advice of ${formatTime(advice.createdAt)} (zoo advise ${owner.name}/${name} --last):`,
      advice.summary,
    );
  }
  return lines.join('\n');
}
