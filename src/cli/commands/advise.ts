import { ZooError } from '../../errors.js';
import { adviceOfJob, askForAdvice, newestAdvice, type AdviceDetails } from '../client/advice.js';
import { requireDatasetVersion } from '../client/find-dataset.js';
import { requireModelVersion } from '../client/find-model.js';
import type { CommandContext } from '../command-context.js';
import { formatAdvice } from '../output/advice-report.js';
import { parseReference, type Reference } from '../reference.js';
import { followToEnd, leaveToItself } from './watch.js';

export interface AdviseFlags {
  /** References, joined by commas. */
  models: string[];
  /** Seconds. */
  budget?: number;
  seed?: number;
  idempotencyKey?: string;
  last?: boolean;
  detach?: boolean;
}

/** `zoo advise`: asks which model to adapt to a data set and how, follows the measuring, and prints what to do and why. */
export async function advise(context: CommandContext, name: string, flags: AdviseFlags): Promise<void> {
  const { connection, output } = context;
  const reference = parseReference(name);
  const models = flags.models.flatMap((list) => list.split(',')).map(parseReference);
  const { version } = await requireDatasetVersion(connection, reference);
  if (flags.last) return showLast(context, reference);
  const bases = await Promise.all(models.map((model) => requireModelVersion(connection, model)));
  const jobId = await askForAdvice(connection, {
    datasetVersionId: version.id,
    baseVersionIds: bases.length === 0 ? undefined : bases.map((base) => base.version.id),
    budgetSeconds: flags.budget,
    seed: flags.seed,
    idempotencyKey: flags.idempotencyKey,
  });
  if (flags.detach) {
    leaveToItself(context, jobId, `Asked. Read the answer when it is there: zoo advise ${name} --last`);
    return;
  }
  output.note(`Measuring, job ${jobId}.`);
  const end = await followToEnd(context, jobId);
  if (end === 'detached' || end.state !== 'COMPLETED') return;
  const advice = await adviceOfJob(connection, jobId);
  output.document({ jobId, advice });
  show(context, advice, reference);
}

async function showLast(context: CommandContext, reference: Reference): Promise<void> {
  const advice = await newestAdvice(context.connection, reference);
  const { owner, name } = reference;
  if (advice === undefined) {
    throw new ZooError(
      'NOT_FOUND',
      `You have no advice on ${owner}/${name} yet. Ask for one: zoo advise ${owner}/${name}`,
    );
  }
  context.output.document({ advice });
  show(context, advice, reference);
}

function show({ output }: CommandContext, advice: AdviceDetails, { name }: Reference): void {
  output.line();
  output.line(formatAdvice(advice, process.stdout.columns));
  const first = advice.candidates.find(({ isGone }) => !isGone);
  if (first === undefined) return;
  const rank = first.rank === 1 ? '' : ` --rank ${first.rank}`;
  output.note(
    `\nLaunch a line of it: zoo fine-tune --advice ${advice.id}${rank || ' --rank 1'} --name OWNER/${name}`,
  );
}
