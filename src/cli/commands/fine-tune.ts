import { ZooError } from '../../errors.js';
import { requireDatasetVersion } from '../client/find-dataset.js';
import { evaluationOf, requireModelVersion } from '../client/find-model.js';
import { launchFineTune, resultOfJob } from '../client/launch-fine-tune.js';
import type { CommandContext } from '../command-context.js';
import { formatHeadline } from '../output/evaluation-report.js';
import { parseName, parseReference, parseStrategy } from '../reference.js';
import { exitCodeOfEnd, watchJob } from './watch.js';

export interface FineTuneFlags {
  base: string;
  dataset: string;
  name: string;
  strategy: string;
  set: string[];
  seed?: number;
  message?: string;
  idempotencyKey?: string;
  public?: boolean;
  detach?: boolean;
}

/** `zoo fine-tune`: launches a fine-tune and follows it to its published result. */
export async function fineTune(context: CommandContext, flags: FineTuneFlags): Promise<void> {
  const { connection, output } = context;
  const { owner, name } = parseName(flags.name);
  const strategy = parseStrategy(flags.strategy);
  const parameters = parseParameters(flags.set);
  const [base, dataset] = await Promise.all([
    requireModelVersion(connection, parseReference(flags.base)),
    requireDatasetVersion(connection, parseReference(flags.dataset)),
  ]);
  const { id: jobId } = await launchFineTune(connection, {
    baseVersionId: base.version.id,
    datasetVersionId: dataset.version.id,
    strategy: strategy.name,
    strategyVersion: strategy.version,
    parameters,
    name: `${owner}/${name}`,
    visibility: flags.public ? 'PUBLIC' : undefined,
    notes: flags.message,
    seed: flags.seed,
    idempotencyKey: flags.idempotencyKey,
  });
  if (flags.detach) {
    output.line(jobId);
    output.document({ jobId });
    output.note(`Launched. Follow it: zoo watch ${jobId}`);
    return;
  }
  output.note(`Launched job ${jobId}.`);
  const end = await watchJob(context, jobId);
  process.exitCode = exitCodeOfEnd(context, jobId, end);
  if (end !== 'detached' && end.state === 'COMPLETED') await showResult(context, jobId);
}

async function showResult(context: CommandContext, jobId: string): Promise<void> {
  const { connection, output } = context;
  const reference = await resultOfJob(connection, jobId);
  if (reference === undefined)
    throw new ZooError('SERVER_ANSWER_UNEXPECTED', 'The job is completed but names no version.');
  const { version } = await requireModelVersion(connection, parseReference(reference));
  const evaluation = evaluationOf(version);
  output.line(`Published ${reference}.`);
  if (evaluation !== null) output.line(formatHeadline(evaluation));
  output.note(`More: zoo show ${reference}`);
  output.document({ jobId, result: reference, evaluation });
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
