import type { RunResult } from '../../plugins/run/run-strategy.js';
import type { VersionFileFact } from '../../plugins/run/write-version-files.js';
import { formatBytes, formatCount } from '../output/format.js';
import { formatTable } from '../output/table.js';
import { formatEvaluation } from '../output/evaluation-report.js';
import type { OpenedStrategy } from './open-strategy.js';

/** A run for people: how well the model does, and which files a job would publish. */
export function formatRun(result: RunResult, from: OpenedStrategy['package']): string {
  const { strategy, measurements, chosen } = result;
  const choices = Object.entries(chosen).map(([name, value]) => `${name} ${value}`);
  return [
    `${strategy.name} ${strategy.version}, package ${from.name} ${from.version}, digest ${from.digest.slice(0, 12)}`,
    ...(choices.length > 0 ? [`Chose ${choices.join(', ')}.`] : []),
    '',
    formatEvaluation(result.evaluation),
    '',
    `A job would publish ${describeFiles(result.files)}; ${formatCount(measurements.parameterCount)} parameters.`,
    formatFiles(result),
  ].join('\n');
}

function describeFiles(files: readonly VersionFileFact[]): string {
  const size = (some: readonly VersionFileFact[]) =>
    formatBytes(some.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  const fresh = files.filter(({ isNew }) => isNew);
  const shared = files.filter(({ isNew }) => !isNew);
  const beside =
    shared.length === 0 ? 'none is the base’s' : `${shared.length} are the base’s (${size(shared)})`;
  return `${files.length} files, ${size(files)}: ${fresh.length} new (${size(fresh)}), ${beside}`;
}

/** The new files one by one; what is shared has been counted. */
function formatFiles({ files, reports }: RunResult): string {
  const rows = files
    .filter(({ isNew }) => isNew)
    .map(({ path, sizeBytes, sha256 }) => [path, formatBytes(sizeBytes), sha256.slice(0, 12)]);
  return [
    formatTable(
      [{ heading: 'NEW FILE', shrink: true }, { heading: 'SIZE', align: 'right' }, { heading: 'SHA-256' }],
      rows,
    ),
    ...(reports.length > 0
      ? ['', `Reports: ${reports.map(({ name, title }) => `${name} (${title})`).join(', ')}.`]
      : []),
  ].join('\n');
}
