import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import type { z } from 'zod';
import type { limitReport } from './protocol.js';

/**
 * A thread of the attempt's process that ends the process when its worker has died or its memory limit is passed. It is
 * a thread of its own because the main one may compute for minutes without a look at its event loop. What counts is
 * resident memory: of JavaScript, of buffers beside it, and of native code.
 */

export interface ProcessWatchData {
  parentPid: number;
  memoryLimitBytes: number;
  /** Descriptor on which the worker is told why. */
  reportFile: number;
}

const { parentPid, memoryLimitBytes, reportFile } = workerData as ProcessWatchData;

setInterval(() => {
  if (process.ppid !== parentPid) endProcess();
  const usedBytes = process.memoryUsage.rss();
  if (usedBytes > memoryLimitBytes) {
    const report: z.output<typeof limitReport> = { usedBytes, limitBytes: memoryLimitBytes };
    try {
      writeSync(reportFile, JSON.stringify(report));
    } finally {
      endProcess();
    }
  }
}, 250);

/** The whole process group: whatever a strategy started goes with it. */
function endProcess(): void {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    process.kill(process.pid, 'SIGKILL');
  }
}
