import { environmentWith, loadConfig, type Config } from '../../config.js';
import { ZooError } from '../../errors.js';
import { jobsOfBuilds, type JobsOfBuilds } from '../../jobs-of-builds.js';
import { removePackage, sweepRemovedPackages } from '../../plugins/installed/remove-package.js';
import type { Output } from '../output/output.js';
import { serverEnvironment, type ServerFlags } from './server-flags.js';

/**
 * `zoo plugin remove NAME[@VERSION]`: nothing new starts with it. Its files go at once where no job runs from them, else
 * when none can any more.
 */
export async function removePlugin(output: Output, spec: string, flags: ServerFlags): Promise<void> {
  const config = loadConfig(environmentWith({ ZOO_LOG_LEVEL: 'warn', ...serverEnvironment(flags) }));
  const { folder } = config.plugins;
  const { name, version } = splitSpec(spec);
  const removed = await removePackage(folder, name, version);
  const jobs = await countJobs(
    config,
    removed.map(({ digest }) => digest),
    output,
  );
  const unused = jobs?.running === 0 ? removed.map((install) => install.folder) : [];
  await sweepRemovedPackages(folder, config.worker.jobTimeoutMs, unused);
  output.document({ removed, jobs: jobs ?? null });
  for (const install of removed) output.line(`Removed ${install.package} ${install.version}.`);
  output.line(describeJobs(jobs));
}

function splitSpec(spec: string): { name: string; version: string | undefined } {
  const at = spec.indexOf('@', 1);
  return at < 0
    ? { name: spec, version: undefined }
    : { name: spec.slice(0, at), version: spec.slice(at + 1) };
}

/** The package is off the list by now: a database that does not answer is worth a remark, no failure. */
async function countJobs(
  config: Config,
  digests: string[],
  output: Output,
): Promise<JobsOfBuilds | undefined> {
  try {
    return await jobsOfBuilds(config, digests);
  } catch (error) {
    if (!(error instanceof ZooError)) throw error;
    output.note(`The jobs could not be counted: ${error.message}`);
    return undefined;
  }
}

function describeJobs(jobs: JobsOfBuilds | undefined): string {
  if (jobs === undefined) {
    return 'Jobs that run with it end as they would have; jobs that wait for it wait until it is added again or they are cancelled (see `zoo jobs`). Its files are deleted when no job can run from them any more.';
  }
  const { queued, running } = jobs;
  if (queued + running === 0) return 'No job waits for it or runs with it; its files are deleted.';
  const runningJobs =
    running === 0
      ? 'No job runs with it; its files are deleted.'
      : `${running} ${running === 1 ? 'job runs' : 'jobs run'} with it and may end; its files are kept until then.`;
  const queuedJobs =
    queued === 0
      ? ''
      : ` ${queued} ${queued === 1 ? 'job waits' : 'jobs wait'} for it, until it is added again or they are cancelled.`;
  return runningJobs + queuedJobs;
}
