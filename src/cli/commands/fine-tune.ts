import { ZooError } from '../../errors.js';
import { promiseOfJob } from '../client/advice.js';
import { requireDatasetVersion } from '../client/find-dataset.js';
import { evaluationOf, requireModelVersion } from '../client/find-model.js';
import {
  launchFineTune,
  resultOfJob,
  type AdvisedFineTune,
  type FineTune,
} from '../client/launch-fine-tune.js';
import type { CommandContext } from '../command-context.js';
import { formatPromise } from '../output/advice-report.js';
import { formatHeadline } from '../output/evaluation-report.js';
import { parseName, parseReference, parseStrategy } from '../reference.js';
import { followToEnd, leaveToItself } from './watch.js';

export interface FineTuneFlags {
  base?: string;
  dataset?: string;
  advice?: string;
  rank?: number;
  name: string;
  strategy?: string;
  set: string[];
  seed?: number;
  message?: string;
  idempotencyKey?: string;
  public?: boolean;
  detach?: boolean;
}

const defaultStrategy = 'feature-extraction-svm';

/** `zoo fine-tune`: launches a fine-tune and follows it to its published result. */
export async function fineTune(context: CommandContext, flags: FineTuneFlags): Promise<void> {
  const { connection, output } = context;
  const { owner, name } = parseName(flags.name);
  const asked = await readQuestion(connection, flags);
  const { id: jobId } = await launchFineTune(connection, {
    ...asked,
    name: `${owner}/${name}`,
    visibility: flags.public ? 'PUBLIC' : undefined,
    notes: flags.message,
    seed: flags.seed,
    idempotencyKey: flags.idempotencyKey,
  });
  if (flags.detach) return leaveToItself(context, jobId);
  output.note(`Launched job ${jobId}.`);
  const end = await followToEnd(context, jobId);
  if (end !== 'detached' && end.state === 'COMPLETED') await showResult(context, jobId, asked);
}

/** What to adapt, to what and how: from the flags, or from a line of an advice. @throws ZooError USAGE, NOT_FOUND */
async function readQuestion(
  connection: CommandContext['connection'],
  { base, dataset, strategy, set, advice, rank }: FineTuneFlags,
): Promise<FineTune | AdvisedFineTune> {
  if (advice !== undefined) {
    if (base !== undefined || dataset !== undefined || strategy !== undefined || set.length > 0) {
      throw new ZooError(
        'USAGE',
        '--advice says model, pictures, strategy and parameters; leave out --base, --dataset, --strategy and --set.',
      );
    }
    return { adviceId: advice, rank: rank ?? 1 };
  }
  if (base === undefined || dataset === undefined) {
    throw new ZooError('USAGE', 'fine-tune takes --base and --dataset, or --advice with a line of it.');
  }
  if (rank !== undefined)
    throw new ZooError('USAGE', '--rank says which line of an advice; give --advice too.');
  const { name, version } = parseStrategy(strategy ?? defaultStrategy);
  const parameters = parseParameters(set);
  const [found, pictures] = await Promise.all([
    requireModelVersion(connection, parseReference(base)),
    requireDatasetVersion(connection, parseReference(dataset)),
  ]);
  return {
    baseVersionId: found.version.id,
    datasetVersionId: pictures.version.id,
    strategy: name,
    strategyVersion: version,
    parameters,
  };
}

async function showResult(
  context: CommandContext,
  jobId: string,
  asked: FineTune | AdvisedFineTune,
): Promise<void> {
  const { connection, output } = context;
  const reference = await resultOfJob(connection, jobId);
  if (reference === undefined)
    throw new ZooError('SERVER_ANSWER_UNEXPECTED', 'The job is completed but names no version.');
  const { version } = await requireModelVersion(connection, parseReference(reference));
  const evaluation = evaluationOf(version);
  output.line(`Published ${reference}.`);
  if (evaluation !== null) output.line(formatHeadline(evaluation));
  const promised = 'rank' in asked ? await promiseOfJob(connection, jobId, asked.rank) : undefined;
  if (promised !== undefined) output.line(`The advice expected ${formatPromise(promised)}.`);
  output.note(`More: zoo show ${reference}`);
  output.document({ jobId, result: reference, evaluation, ...(promised && { promised }) });
}

/**
 * `C=0.1` or `layer=out_relu`: a JSON value where it reads as one, else text.
 *
 * @throws ZooError USAGE
 */
export function parseParameters(settings: string[]): Record<string, unknown> {
  return Object.fromEntries(
    settings.map((setting) => {
      const at = setting.indexOf('=');
      if (at <= 0) throw new ZooError('USAGE', `--set takes parameter=value; got "${setting}".`);
      const text = setting.slice(at + 1);
      try {
        return [setting.slice(0, at), JSON.parse(text) as unknown];
      } catch {
        return [setting.slice(0, at), text];
      }
    }),
  );
}
