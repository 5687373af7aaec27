import { graphqlRequest } from '../client/graphql-request.js';
import type { CommandContext } from '../command-context.js';
import { formatBytes, formatCount, formatPercent } from '../output/format.js';
import { formatTable } from '../output/table.js';

export interface SearchFlags {
  datasets?: boolean;
  task?: string;
  tag: string[];
  license?: string;
  owner?: string;
  limit: number;
}

interface FoundModel {
  owner: { name: string };
  name: string;
  task: string;
  license: string | null;
  latestVersion: {
    number: number;
    parameterCount: number;
    metrics: { name: string; value: number }[];
  } | null;
}

interface FoundDataset {
  owner: { name: string };
  name: string;
  license: string | null;
  latestVersion: {
    number: number;
    imageCount: number;
    sizeBytes: number;
    manifest: { classes: string[] };
  } | null;
}

const modelQuery = `query SearchModels($filter: ModelFilter, $first: Int!) {
  models(filter: $filter, first: $first) {
    totalCount
    nodes { owner { name } name task license latestVersion { number parameterCount metrics { name value } } }
  }
}`;
const datasetQuery = `query SearchDatasets($filter: DatasetFilter, $first: Int!) {
  datasets(filter: $filter, first: $first) {
    totalCount
    nodes { owner { name } name license latestVersion { number imageCount sizeBytes manifest { classes } } }
  }
}`;

/** `zoo search`: models, or with --datasets data sets, best match first, or newest change first where no words are given. */
export async function search(context: CommandContext, words: string[], flags: SearchFlags): Promise<void> {
  const filter = {
    search: words.length > 0 ? words.join(' ') : undefined,
    task: flags.task,
    tags: flags.tag.length > 0 ? flags.tag : undefined,
    licenses: flags.license === undefined ? undefined : [flags.license],
    owner: flags.owner,
  };
  const variables = { filter, first: Math.min(100, Math.max(1, flags.limit)) };
  if (flags.datasets) await searchDatasets(context, variables);
  else await searchModels(context, variables);
}

async function searchModels(
  { connection, output }: CommandContext,
  variables: Record<string, unknown>,
): Promise<void> {
  const { models } = await graphqlRequest<{ models: { totalCount: number; nodes: FoundModel[] } }>(
    connection,
    modelQuery,
    variables,
  );
  output.document(models);
  const rows = models.nodes.map(({ owner, name, task, license, latestVersion }) => {
    const accuracy = latestVersion?.metrics.find((metric) => metric.name === 'accuracy');
    return [
      `${owner.name}/${name}`,
      latestVersion === null ? '–' : String(latestVersion.number),
      task,
      license ?? '–',
      latestVersion === null ? '–' : formatCount(latestVersion.parameterCount),
      formatPercent(accuracy?.value ?? null),
    ];
  });
  const columns = [
    { heading: 'MODEL' },
    { heading: 'VERSION', align: 'right' as const },
    { heading: 'TASK', shrink: true },
    { heading: 'LICENCE' },
    { heading: 'SIZE', align: 'right' as const },
    { heading: 'ACCURACY', align: 'right' as const },
  ];
  output.line(rows.length === 0 ? 'No model fits.' : formatTable(columns, rows, process.stdout.columns));
  saySome(output, rows.length, models.totalCount);
}

async function searchDatasets(
  { connection, output }: CommandContext,
  variables: Record<string, unknown>,
): Promise<void> {
  const { datasets } = await graphqlRequest<{ datasets: { totalCount: number; nodes: FoundDataset[] } }>(
    connection,
    datasetQuery,
    variables,
  );
  output.document(datasets);
  const rows = datasets.nodes.map(({ owner, name, license, latestVersion }) => [
    `${owner.name}/${name}`,
    latestVersion === null ? '–' : String(latestVersion.number),
    license ?? '–',
    String(latestVersion?.manifest.classes.length ?? '–'),
    String(latestVersion?.imageCount ?? '–'),
    latestVersion === null ? '–' : formatBytes(latestVersion.sizeBytes),
  ]);
  const columns = [
    { heading: 'DATA SET', shrink: true },
    { heading: 'VERSION', align: 'right' as const },
    { heading: 'LICENCE' },
    { heading: 'CLASSES', align: 'right' as const },
    { heading: 'PICTURES', align: 'right' as const },
    { heading: 'SIZE', align: 'right' as const },
  ];
  output.line(rows.length === 0 ? 'No data set fits.' : formatTable(columns, rows, process.stdout.columns));
  saySome(output, rows.length, datasets.totalCount);
}

function saySome(output: CommandContext['output'], shown: number, total: number): void {
  if (shown < total) output.note(`${shown} of ${total}; --limit shows more.`);
}
