import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { askedToStop } from '../../asked-to-stop.js';
import { environmentWith, loadConfig } from '../../config.js';
import { ZooError } from '../../errors.js';
import { requireParameters } from '../../plugins/parameters/validate-parameters.js';
import { publishedFiles } from '../../plugins/run/published-files.js';
import { runStrategy, type RunResult } from '../../plugins/run/run-strategy.js';
import { filesWithDigests } from '../../plugins/run/write-version-files.js';
import type { CommandContext } from '../command-context.js';
import { exitCodes } from '../exit-codes.js';
import { gatherBase } from '../local-run/gather-base.js';
import { gatherPictures } from '../local-run/gather-pictures.js';
import { localReporter } from '../local-run/local-reporter.js';
import { openStrategy, type OpenedStrategy } from '../local-run/open-strategy.js';
import { formatRun } from '../local-run/show-run.js';
import { parseParameters } from './fine-tune.js';

export interface StrategyRunFlags {
  base: string;
  data: string;
  set: string[];
  seed: number;
  out?: string;
}

/**
 * `zoo strategy run`: fits a strategy and evaluates what it made, on this machine and without a server, and says what a
 * job would publish. For those who write strategies: the code runs in this process, with all that they may do.
 *
 * @throws ZooError USAGE, FOLDER_INVALID, NOT_FOUND, JOB_FAILED for an error of the strategy's own, and what opening and
 *   running a strategy throw
 */
export async function runStrategyHere(
  context: CommandContext,
  source: string,
  flags: StrategyRunFlags,
): Promise<void> {
  const parameters = parseParameters(flags.set);
  if (flags.out !== undefined) await requireEmpty(flags.out);
  const abort = new AbortController();
  const interrupted = new Error('interrupted');
  void askedToStop().then(() => {
    context.output.note('Stopping; once more ends it at once.');
    abort.abort(interrupted);
  });
  const workFolder = await mkdtemp(join(tmpdir(), 'zoo-strategy-run-'));
  // However it ends: what runs here may end the process.
  process.once('exit', () => rmSync(workFolder, { recursive: true, force: true }));
  try {
    await runIn(workFolder, context, source, { ...flags, parameters, signal: abort.signal });
  } catch (error) {
    if (error !== interrupted) throw error;
    process.exitCode = exitCodes.interrupted;
  } finally {
    endAnyway(context);
  }
}

interface RunOptions extends StrategyRunFlags {
  parameters: Record<string, unknown>;
  signal: AbortSignal;
}

async function runIn(
  workFolder: string,
  context: CommandContext,
  source: string,
  { base, data, out, parameters, seed, signal }: RunOptions,
): Promise<void> {
  const { output } = context;
  const opened = await openStrategy(source, workFolder);
  // Before pictures are looked through, which may take minutes.
  requireParameters(opened.strategy, parameters);
  const on = localReporter(output);
  const outputFolder = join(workFolder, 'version');
  let result: RunResult;
  let baseFolder: string;
  try {
    baseFolder = await gatherBase(context, base, join(workFolder, 'base'), signal);
    const target = join(workFolder, 'data');
    const datasetFolder = await gatherPictures(context, data, { target, signal, progress: on.progress });
    const { worker } = loadConfig(environmentWith({}));
    result = await runHere(opened, {
      parameters,
      baseFolder,
      datasetFolder,
      cacheFolder: opened.cacheFolder ?? join(workFolder, 'features'),
      cacheBytes: worker.cacheBytes,
      outputFolder,
      seed,
      threads: worker.threads,
      engine: { wanted: worker.engine.wanted, addonFolder: worker.engine.addonFolder },
      signal,
      on,
    });
    on.end(true);
  } catch (error) {
    on.end(false);
    throw error;
  }
  if (out !== undefined) await keepVersion(result, { baseFolder, outputFolder }, out);
  output.line(formatRun(result, opened.package));
  if (out !== undefined) output.note(`The version’s files are in ${out}.`);
  const { manifest: _, ...rest } = result;
  output.document({
    ...rest,
    package: opened.package,
    ...(out === undefined ? {} : { folder: resolve(out) }),
  });
}

/** An error that is not ours is the author's to read, with its stack. */
async function runHere(
  { strategy }: OpenedStrategy,
  input: Omit<Parameters<typeof runStrategy>[0], 'strategy'>,
): Promise<RunResult> {
  try {
    return await runStrategy({ ...input, strategy: strategy.name }, () =>
      Promise.resolve({ all: [strategy], find: () => strategy, refused: [] }),
    );
  } catch (error) {
    if (error instanceof ZooError || error === input.signal.reason) throw error;
    const [first = '', ...stack] = (
      error instanceof Error ? (error.stack ?? error.message) : String(error)
    ).split('\n');
    throw new ZooError(
      'JOB_FAILED',
      `${strategy.name} stopped with an error of its own: ${[first, ...stack.slice(0, 8)].join('\n')}`,
      {},
      { cause: error },
    );
  }
}

/** Writes the whole version: also what it shares with the base, so that the folder is a model by itself. */
async function keepVersion(
  { files, reports }: RunResult,
  { baseFolder, outputFolder }: { baseFolder: string; outputFolder: string },
  folder: string,
): Promise<void> {
  const written = await filesWithDigests(outputFolder);
  const ofReports = reports.length === 0 ? [] : written.filter(({ path }) => path.startsWith('reports/'));
  const all = [...files, ...ofReports];
  const version = await publishedFiles(all, { outputFolder, baseFolder });
  for (const { path } of all) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, await version.read(path));
  }
}

async function requireEmpty(folder: string): Promise<void> {
  const there = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new ZooError(
      'FOLDER_INVALID',
      `--out is ${folder}, which is no folder; name one that is empty or not there yet.`,
    );
  });
  if (there.length === 0) return;
  throw new ZooError(
    'FOLDER_INVALID',
    `--out is ${folder}, which is not empty; name a folder that is, or is not there yet.`,
  );
}

/** What a strategy left running would keep this process alive for ever. */
function endAnyway({ output }: CommandContext): void {
  setTimeout(() => {
    output.note(
      'The strategy left something running (a timer, a connection, a thread); it is ended with this command.',
    );
    process.exit();
  }, 2000).unref();
}
