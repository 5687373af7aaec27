import { checkpointFiles } from './checkpoint-files.js';
import type {
  AdviceWork,
  DatasetImportWork,
  EstimateWork,
  EvaluationWork,
  FeaturesWork,
  FitWork,
  FromChild,
  TransferProfileWork,
  Work,
} from './protocol.js';

export type Report = Extract<FromChild, { type: 'progress' | 'metric' | 'log' | 'checkpoint' }>;
type Reporting = (report: Report) => void;

/**
 * Does the work of a process of an attempt: reads its input folders, writes its output folder, and returns what the files
 * do not say. What is heavy is imported here, so that only this process ever loads it.
 */
export async function runWork(
  work: Work,
  signal: AbortSignal,
  report: Reporting,
): Promise<Record<string, unknown>> {
  if (work.kind === 'FIT') return fit(work, signal, report);
  if (work.kind === 'EVALUATION') return evaluation(work, signal, report);
  if (work.kind === 'ESTIMATE') return estimate(work, signal, report);
  if (work.kind === 'FEATURES') return features(work, signal, report);
  if (work.kind === 'ADVICE') return advice(work, signal, report);
  if (work.kind === 'TRANSFER_PROFILE') return transferProfile(work, signal, report);
  return importArchive(work, signal, report);
}

async function fit(work: FitWork, signal: AbortSignal, report: Reporting): Promise<Record<string, unknown>> {
  const [{ importStrategy }, { fitStrategy }] = await Promise.all([
    import('../../plugins/packages/import-strategy.js'),
    import('../../plugins/run/fit-strategy.js'),
  ]);
  const { kind: _, origin, strategy, checkpointFolder, checkpoints, checkpointBytes, ...input } = work;
  const record = await fitStrategy(await importStrategy(origin, strategy), {
    ...input,
    checkpoints: checkpointFiles(checkpointFolder, checkpoints, checkpointBytes, report),
    signal,
    on: reporterOf(report),
  });
  return { ...record };
}

async function evaluation(
  { kind: _, fit: record, ...input }: EvaluationWork,
  signal: AbortSignal,
  report: Reporting,
): Promise<Record<string, unknown>> {
  const { evaluateFit } = await import('../../plugins/run/evaluate-fit.js');
  return { ...(await evaluateFit({ ...input, fit: record, signal, on: reporterOf(report) })) };
}

async function estimate(
  { kind: _, origin, strategy, ...input }: EstimateWork,
  signal: AbortSignal,
  report: Reporting,
): Promise<Record<string, unknown>> {
  const [{ importStrategy }, { estimateStrategy }] = await Promise.all([
    import('../../plugins/packages/import-strategy.js'),
    import('../../plugins/run/estimate-strategy.js'),
  ]);
  const imported = await importStrategy(origin, strategy);
  return { ...(await estimateStrategy(imported, { ...input, signal, on: reporterOf(report) })) };
}

async function features(
  { kind: _, ...input }: FeaturesWork,
  signal: AbortSignal,
  report: Reporting,
): Promise<Record<string, unknown>> {
  const { warmFeatures } = await import('../../plugins/run/warm-features.js');
  return { ...(await warmFeatures({ ...input, signal, on: reporterOf(report) })) };
}

async function advice(
  { kind: _, ...input }: AdviceWork,
  signal: AbortSignal,
  report: Reporting,
): Promise<Record<string, unknown>> {
  const { measureModels } = await import('../../advisor/measure/measure-models.js');
  return { measurements: await measureModels({ ...input, signal, on: reporterOf(report) }) };
}

async function transferProfile(
  { kind: _, ...input }: TransferProfileWork,
  signal: AbortSignal,
  report: Reporting,
): Promise<Record<string, unknown>> {
  const { measureProfile } = await import('../../advisor/measure/measure-profile.js');
  return { profile: await measureProfile({ ...input, signal, on: reporterOf(report) }) };
}

async function importArchive(
  { kind: _, ...input }: DatasetImportWork,
  signal: AbortSignal,
  report: Reporting,
): Promise<Record<string, unknown>> {
  const { importDataset } = await import('../../learning/datasets/import-dataset.js');
  return { manifest: await importDataset({ ...input, signal, progress: throttledProgress(report) }) };
}

function reporterOf(report: Reporting) {
  return {
    progress: throttledProgress(report),
    metric: (name: string, value: number, step: number) => report(metricReport(name, value, step)),
    log: (message: string) => report({ type: 'log', message: String(message).slice(0, 4000) }),
  };
}

/** A number that is none is worth knowing, but no point of a curve. */
function metricReport(name: string, value: number, step: number): Report {
  const shown = String(name).slice(0, 200) || 'metric';
  return Number.isFinite(value) && Number.isFinite(step)
    ? { type: 'metric', name: shown, value, step }
    : { type: 'log', message: `${shown} is ${value} at step ${step}.` };
}

type Progress = (phase: string, done: number, total: number) => void;

/** Work may report every picture; ten times a second is enough for anyone, and the ends of phases always pass. */
function throttledProgress(report: Reporting): Progress {
  let sentAt = 0;
  let sentPhase = '';
  return (phase, done, total) => {
    const now = performance.now();
    if (phase === sentPhase && done < total && now - sentAt < 100) return;
    sentAt = now;
    sentPhase = phase;
    report({ type: 'progress', phase: String(phase).slice(0, 200) || 'working', done, total });
  };
}
