import type { Config } from '../config.js';
import { probeEngine, type EngineReport } from '../jobs/worker/probe-engine.js';
import { threadsOfJob } from '../jobs/worker/threads-of-job.js';
import { engineNames } from '../learning/training/engines/engine-wish.js';
import type { EngineName } from '../learning/training/engines/training-engine.js';
import type { Finding } from './finding.js';

/**
 * The engine that a worker on this machine trains on; then every other one: where it would run, or why it is not there
 * and how to get it. Each is loaded in a process of its own, as a job would.
 */
export async function examineEngines(config: Config): Promise<Finding[]> {
  const { engine } = config.worker;
  const threads = threadsOfJob(config);
  const report = await probeEngine(engine, threads);
  const others = engineNames.filter((name) => name !== report.chosen?.name);
  return [
    describeChosen(report),
    ...(await Promise.all(
      others.map(async (wanted) => describeOther(wanted, await probeEngine({ ...engine, wanted }, threads))),
    )),
  ];
}

function describeChosen({ chosen, failure }: EngineReport): Finding {
  return chosen === undefined
    ? { what: 'engine', ok: false, detail: failure ?? 'No engine is there.' }
    : { what: 'engine', ok: true, detail: `${chosen.name} trains networks, on ${chosen.device}` };
}

function describeOther(what: EngineName, { chosen, passedOver, failure }: EngineReport): Finding {
  if (chosen !== undefined) return { what, ok: true, detail: `could be used too, on ${chosen.device}` };
  const [other] = passedOver;
  const why = other === undefined ? (failure ?? '') : `${other.reason} ${other.remedy}`;
  return { what, ok: false, optional: true, detail: why };
}
