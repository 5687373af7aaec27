import type { CommandContext } from '../command-context.js';
import { graphqlRequest } from '../client/graphql-request.js';
import type { JobError, JobState } from '../client/job-event.js';
import { formatBytes, formatDuration, formatTime } from '../output/format.js';
import { formatTable } from '../output/table.js';

export interface JobsFlags {
  state?: string;
  limit: number;
}

interface ListedJob {
  id: string;
  kind: 'FINE_TUNE' | 'DATASET_IMPORT' | 'ADVICE' | 'TRANSFER_PROFILE' | 'SWEEP';
  state: JobState;
  strategy: string | null;
  waitingFor: string | null;
  model: { owner: { name: string }; name: string } | null;
  dataset: { owner: { name: string }; name: string } | null;
  datasetVersion: { dataset: { owner: { name: string }; name: string } } | null;
  progress: { phase: string; done: number; total: number; unit: 'ITEMS' | 'BYTES' } | null;
  error: JobError | null;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
}

const query = `query Jobs($filter: JobFilter, $first: Int!) {
  jobs(filter: $filter, first: $first) {
    totalCount
    nodes {
      id kind state strategy waitingFor model { owner { name } name } dataset { owner { name } name } datasetVersion { dataset { owner { name } name } } progress { phase done total unit } error { code message }
      createdAt startedAt finishedAt
    }
  }
}`;

/** `zoo jobs`: your jobs, newest first. */
export async function listJobs({ connection, output }: CommandContext, flags: JobsFlags): Promise<void> {
  const { jobs } = await graphqlRequest<{ jobs: { totalCount: number; nodes: ListedJob[] } }>(
    connection,
    query,
    {
      filter: flags.state === undefined ? undefined : { state: [flags.state.toUpperCase()] },
      first: Math.min(100, Math.max(1, flags.limit)),
    },
  );
  output.document(jobs);
  if (jobs.nodes.length === 0) {
    output.line('No job.');
    return;
  }
  // An id is long and is what one copies: it has a line of its own above the facts.
  for (const job of jobs.nodes) {
    output.line(job.id);
    output.line(
      formatTable(
        [
          { heading: `  ${job.state}` },
          { heading: describe(job), shrink: true },
          { heading: formatTime(job.createdAt) },
        ],
        [],
        process.stdout.columns,
      ),
    );
  }
  if (jobs.nodes.length < jobs.totalCount)
    output.note(`${jobs.nodes.length} of ${jobs.totalCount}; --limit shows more.`);
}

function describe(job: ListedJob): string {
  const target = job.model ?? job.dataset ?? job.datasetVersion?.dataset ?? null;
  const what = (job.kind === 'FINE_TUNE' ? job.strategy : null) ?? kindsInWords[job.kind];
  const where = target === null ? '' : ` → ${target.owner.name}/${target.name}`;
  return `${what}${where}${standing(job)}`;
}

const kindsInWords: Record<ListedJob['kind'], string> = {
  FINE_TUNE: 'fine-tune',
  DATASET_IMPORT: 'import',
  ADVICE: 'advice',
  TRANSFER_PROFILE: 'transfer profile',
  SWEEP: 'sweep',
};

function standing({ state, progress, error, waitingFor, startedAt, finishedAt }: ListedJob): string {
  if (error !== null) return `, ${error.code}`;
  if (waitingFor !== null) return `, waiting: ${waitingFor}`;
  if (state === 'RUNNING' && progress !== null) return `, ${progress.phase} ${describeProgress(progress)}`;
  if (startedAt === null || finishedAt === null) return '';
  return `, ${formatDuration(Date.parse(finishedAt) - Date.parse(startedAt))}`;
}

function describeProgress({ done, total, unit }: NonNullable<ListedJob['progress']>): string {
  return unit === 'BYTES' ? `${formatBytes(done)} of ${formatBytes(total)}` : `${done} of ${total}`;
}
