import {
  evaluationOf,
  requireModelVersion,
  type LineageStep,
  type ModelDetails,
  type ModelVersion,
} from '../client/find-model.js';
import { findTransferProfile } from '../client/find-transfer-profile.js';
import type { CommandContext } from '../command-context.js';
import { formatEvaluation } from '../output/evaluation-report.js';
import { formatBytes, formatCount, formatTime } from '../output/format.js';
import { formatTransferProfile } from '../output/transfer-profile-report.js';
import { parseReference } from '../reference.js';

/** Data sets of the transfer profile that are listed, the newest measured first. */
const shownDatasets = 10;

/** `zoo show`: one version of a model: what it is, where it came from, how it did. @throws ZooError NOT_FOUND */
export async function show({ connection, output }: CommandContext, reference: string): Promise<void> {
  const { model, version } = await requireModelVersion(connection, parseReference(reference));
  const transferProfile = await findTransferProfile(connection, version.id, shownDatasets);
  output.document({
    ...model,
    transferProfile,
    url: `${connection.url}/models/${model.owner.name}/${model.name}`,
  });
  for (const line of describeModel(model, version)) output.line(line);
  const evaluation = evaluationOf(version);
  if (evaluation !== null) output.line(`\n${formatEvaluation(evaluation)}`);
  if (transferProfile.length > 0) {
    output.line('\nTransfer profile: a linear probe on its layers, by data set.');
    output.line(formatTransferProfile(transferProfile));
  }
}

function describeModel(model: ModelDetails, version: ModelVersion): string[] {
  const { manifest } = version;
  const { input, inputSizes } = manifest;
  const sizes = inputSizes.pinned
    ? `only ${inputSizes.height} × ${inputSizes.width} (pinned by ${inputSizes.pinnedBy ?? 'a layer'})`
    : `any size from ${inputSizes.height} × ${inputSizes.width}`;
  const aliases = model.aliases.flatMap(({ name, version: target }) =>
    target ? [`${name} → ${target.number}`] : [],
  );
  const boundaries = manifest.cutPoints.filter((cut) => cut.blockBoundary);
  const facts: [string, string][] = [
    ['task', `${model.task}, ${model.license ?? 'no licence given'}, ${model.visibility.toLowerCase()}`],
    ['tags', model.tags.join(', ')],
    ['aliases', aliases.join(', ')],
    ['published', `${formatTime(version.createdAt)}${version.notes && `: ${version.notes}`}`],
    [
      'size',
      `${formatCount(version.parameterCount)} parameters, ${formatBytes(version.sizeBytes)} in ${version.files.length} files`,
    ],
    [
      'input',
      `${input.height} × ${input.width} × ${input.channels} in [${input.range.join(', ')}]; accepts ${sizes}`,
    ],
    [
      'output',
      manifest.labels
        ? `${manifest.labels.length} classes: ${shorten(manifest.labels)}`
        : `[${manifest.outputShape.slice(1).join(', ')}], no labels: a backbone`,
    ],
    ['cut at', `${manifest.cutPoints.length} points, ${boundaries.length} of them block boundaries`],
    ...version.parents.map((step): [string, string] => ['lineage', describeStep(step)]),
    ...version.reports.map(({ title, kind }): [string, string] => [
      'report',
      `${title} (${kind.toLowerCase()})`,
    ]),
  ];
  return [
    `${model.owner.name}/${model.name}@${version.number}  (of ${model.versions.totalCount})`,
    ...facts.filter(([, text]) => text !== '').map(([label, text]) => `  ${label.padEnd(10)} ${text}`),
  ];
}

/** `finetune of starters/mobilenet-v2@1 on ada/clothes@1 by feature-extraction-svm 1.0.0`. */
export function describeStep(step: LineageStep): string {
  const { parent, datasetVersion: data } = step;
  const on = data === null ? '' : ` on ${data.dataset.owner.name}/${data.dataset.name}@${data.number}`;
  const gone = step.strategyInstalled === false ? ' (not installed any more)' : '';
  const by =
    step.strategy === null ? '' : `${` by ${step.strategy} ${step.strategyVersion ?? ''}`.trimEnd()}${gone}`;
  return `${step.relation.toLowerCase()} of ${parent.model.owner.name}/${parent.model.name}@${parent.number}${on}${by}`;
}

function shorten(names: string[]): string {
  return names.length <= 12 ? names.join(', ') : `${names.slice(0, 12).join(', ')}, …`;
}
