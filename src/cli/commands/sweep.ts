import { ZooError } from '../../errors.js';
import { requireDatasetVersion } from '../client/find-dataset.js';
import { requireModelVersion } from '../client/find-model.js';
import { launchSweep, sweepOfJob, type SweepCandidateInput } from '../client/launch-sweep.js';
import type { CommandContext } from '../command-context.js';
import { describeLeftOut, formatSweep } from '../output/sweep-report.js';
import { parseName, parseReference, parseStrategy } from '../reference.js';
import { parseParameters } from './fine-tune.js';
import { followToEnd, leaveToItself } from './watch.js';

export interface SweepFlags {
  models: string[];
  strategies: string[];
  name: string;
  publish: 'best' | 'all';
  advice?: string;
  top?: number;
  seed?: number;
  message?: string;
  idempotencyKey?: string;
  public?: boolean;
  detach?: boolean;
}

/** `zoo sweep`: tries every named model with every named strategy, follows it, and shows them compared. */
export async function sweep(context: CommandContext, dataset: string, flags: SweepFlags): Promise<void> {
  const { connection, output } = context;
  const { owner, name } = parseName(flags.name);
  const strategies = listed(flags.strategies).map(parseWay);
  const models = listed(flags.models).map(parseReference);
  requireSomething(models.length, strategies.length, flags);
  const [data, ...bases] = await Promise.all([
    requireDatasetVersion(connection, parseReference(dataset)),
    ...models.map((model) => requireModelVersion(connection, model)),
  ]);
  const { id: jobId, leftOut } = await launchSweep(connection, {
    datasetVersionId: data.version.id,
    candidates: bases.flatMap(({ version }) =>
      strategies.map((way) => ({ ...way, baseVersionId: version.id })),
    ),
    adviceId: flags.advice,
    top: flags.top,
    publish: flags.publish === 'all' ? 'ALL' : 'BEST',
    name: `${owner}/${name}`,
    visibility: flags.public ? 'PUBLIC' : undefined,
    notes: flags.message,
    seed: flags.seed,
    idempotencyKey: flags.idempotencyKey,
  });
  for (const line of leftOut) output.note(describeLeftOut(line));
  if (flags.detach) return leaveToItself(context, jobId);
  output.note(`Launched job ${jobId}.`);
  const end = await followToEnd(context, jobId);
  if (end !== 'detached') await showSweep(context, jobId);
}

/** The table of a sweep, as far as it came. */
async function showSweep({ connection, output }: CommandContext, jobId: string): Promise<void> {
  const table = await sweepOfJob(connection, jobId);
  if (table === undefined) throw new ZooError('SERVER_ANSWER_UNEXPECTED', 'The job is no sweep.');
  output.line(formatSweep(table));
  output.document({ jobId, ...table });
}

function requireSomething(models: number, strategies: number, { advice }: SweepFlags): void {
  if (models > 0 !== strategies > 0) {
    throw new ZooError(
      'USAGE',
      '--models and --strategies go together: each model is tried with each strategy.',
    );
  }
  if (models === 0 && advice === undefined) {
    throw new ZooError('USAGE', 'A sweep needs --models and --strategies, or --advice, or all of them.');
  }
}

const listed = (lists: string[]): string[] => lists.flatMap((list) => list.split(',')).filter(Boolean);

/** `name[@version][:parameter=value]…`, such as `feature-extraction-svm:classifier=softmax:C=1`. */
function parseWay(text: string): Omit<SweepCandidateInput, 'baseVersionId'> {
  const [strategy = '', ...settings] = text.split(':');
  const { name, version } = parseStrategy(strategy);
  return { strategy: name, strategyVersion: version, parameters: parseParameters(settings) };
}
