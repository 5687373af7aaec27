import { evaluationOf } from '../client/find-model.js';
import type { CommandContext } from '../command-context.js';
import { describeStep } from '../commands/show.js';
import { formatEvaluation } from '../output/evaluation-report.js';
import { formatBytes, formatDuration } from '../output/format.js';
import type { DemoResult } from './run-demo.js';

/** Prints what came of the demo and where to look next. */
export function showDemoResult(
  { connection, output }: CommandContext,
  result: DemoResult,
  run: { elapsedMs: number; dataDirectory: string; staysOpen: boolean },
): void {
  const { model, version } = result;
  const evaluation = evaluationOf(version);
  const reference = `${model.owner.name}/${model.name}`;
  const url = connection.url;
  output.document({ url, ...result, evaluation, elapsedMs: run.elapsedMs });
  if (evaluation !== null) output.line(`\n${formatEvaluation(evaluation)}`);
  output.line('\nLineage');
  for (const step of version.parents) output.line(`  ${reference}@${version.number}: ${describeStep(step)}`);
  output.line(
    `\nDone in ${formatDuration(run.elapsedMs)}; ${version.files.length} files, ${formatBytes(version.sizeBytes)}. Where to look next:\n`,
  );
  const places = run.staysOpen
    ? [
        `${url}/                       the catalogue`,
        `${url}/models/${reference}   the result: evaluation, reports, lineage`,
        `${url}/graphql                GraphiQL, with examples that run as they stand`,
        `npx zoo --url ${url} search`,
        `npx zoo --url ${url} show ${reference}`,
        `npx zoo --url ${url} pull ${reference}`,
      ]
    : [
        `npx zoo serve --data-dir "${run.dataDirectory}"`,
        '    opens this zoo again; then, in another terminal:',
        `npx zoo show ${reference}`,
        `npx zoo pull ${reference}`,
      ];
  output.line(places.map((place) => `  ${place}\n`).join(''));
}
