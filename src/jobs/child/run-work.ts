import { checkpointFiles } from './checkpoint-files.js';
import type { DatasetImportWork, FineTuneWork, FromChild, Work } from './protocol.js';

type Report = Extract<FromChild, { type: 'progress' | 'metric' | 'log' | 'checkpoint' }>;

/**
 * Does the work of an attempt, in the attempt's process: reads its input folders, writes its output folder, and returns
 * what the files do not say. What is heavy is imported here, so that only this process ever loads it.
 */
export async function runWork(
  work: Work,
  signal: AbortSignal,
  report: (report: Report) => void,
): Promise<Record<string, unknown>> {
  const progress = throttledProgress(report);
  return work.kind === 'FINE_TUNE'
    ? fineTune(work, signal, report, progress)
    : importArchive(work, signal, progress);
}

async function fineTune(
  work: FineTuneWork,
  signal: AbortSignal,
  report: (report: Report) => void,
  progress: Progress,
): Promise<Record<string, unknown>> {
  const { runStrategy } = await import('../../plugins/run/run-strategy.js');
  const { kind: _, checkpointFolder, checkpoints, ...input } = work;
  const result = await runStrategy({
    ...input,
    checkpoints: checkpointFiles(checkpointFolder, checkpoints, report),
    signal,
    on: {
      progress,
      metric: (name: string, value: number, step: number) => report(metricReport(name, value, step)),
      log: (message: string) => report({ type: 'log', message: message.slice(0, 4000) }),
    },
  });
  return { ...result };
}

async function importArchive(
  work: DatasetImportWork,
  signal: AbortSignal,
  progress: Progress,
): Promise<Record<string, unknown>> {
  const { importDataset } = await import('../../learning/datasets/import-dataset.js');
  const { kind: _, ...input } = work;
  return { manifest: await importDataset({ ...input, signal, progress }) };
}

/** A number that is none is worth knowing, but no point of a curve. */
function metricReport(name: string, value: number, step: number): Report {
  return Number.isFinite(value) && Number.isFinite(step)
    ? { type: 'metric', name: name.slice(0, 200), value, step }
    : { type: 'log', message: `${name.slice(0, 200)} is ${value} at step ${step}.` };
}

type Progress = (phase: string, done: number, total: number) => void;

/** Work may report every picture; ten times a second is enough for anyone, and the ends of phases always pass. */
function throttledProgress(report: (report: Report) => void): Progress {
  let sentAt = 0;
  let sentPhase = '';
  return (phase, done, total) => {
    const now = performance.now();
    if (phase === sentPhase && done < total && now - sentAt < 100) return;
    sentAt = now;
    sentPhase = phase;
    report({ type: 'progress', phase: phase.slice(0, 200), done, total });
  };
}
