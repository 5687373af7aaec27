import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { EngineConfig } from '../../config.js';
import { entryPoint } from '../../entry-points.js';
import { engineNames, type EngineWish } from '../../learning/training/engines/engine-wish.js';
import { childEnvironment } from '../child/child-environment.js';

const engineReport = z.strictObject({
  /** The engine that jobs of this worker train on; left out where there is none. */
  chosen: z.strictObject({ name: z.enum(engineNames), version: z.string(), device: z.string() }).optional(),
  /** Those that were looked for first, why they are not there, and how to get them. */
  passedOver: z.array(z.strictObject({ name: z.enum(engineNames), reason: z.string(), remedy: z.string() })),
  /** Why there is none. */
  failure: z.string().optional(),
});

export type EngineReport = z.output<typeof engineReport>;

/** Loading TensorFlow from a slow disk takes its time. */
const timeoutMs = 120_000;

/**
 * Finds out, in a process of its own, which engine a job of this worker will train on. It never throws: that there is
 * none is an answer, and jobs that train nothing run all the same.
 */
export async function probeEngine(
  { wanted, addonFolder, environment }: EngineConfig,
  threads: number,
): Promise<EngineReport> {
  const folder = await mkdtemp(join(tmpdir(), 'zoo-engine-'));
  try {
    const wish: EngineWish = { wanted, addonFolder, threads };
    const env = childEnvironment({ folder: { home: folder, temporary: folder }, threads, environment });
    return await ask(wish, env);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function ask(wish: EngineWish, env: Record<string, string>): Promise<EngineReport> {
  return new Promise((resolve) => {
    const child = fork(entryPoint('jobs/child/engine-probe'), {
      env,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    const none = (failure: string) => resolve({ passedOver: [], failure });
    child.once('message', (answer) => {
      const parsed = engineReport.safeParse(answer);
      if (parsed.success) resolve(parsed.data);
      else none('The process that looks for engines answered what nobody understands.');
    });
    child.once('error', (error) =>
      none(`The process that looks for engines did not start: ${error.message}.`),
    );
    child.once('exit', (code, signal) =>
      none(
        `The process that looks for engines ended ${signal === null ? `with exit code ${code}` : `by ${signal}`}; ` +
          'a library that does not fit this machine does that. ZOO_ENGINE=onnxruntime leaves the addons aside.',
      ),
    );
    child.send(wish, () => undefined);
  });
}
