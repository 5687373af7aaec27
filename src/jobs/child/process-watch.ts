import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { limitFile } from './protocol.js';

/**
 * A thread of the attempt's process that ends the process when its worker has died or its memory limit is passed. It is
 * a thread of its own because the main one may compute for minutes without a look at its event loop.
 */

export interface ProcessWatchData {
  parentPid: number;
  memoryLimitBytes: number;
  workFolder: string;
}

const { parentPid, memoryLimitBytes, workFolder } = workerData as ProcessWatchData;

setInterval(() => {
  if (process.ppid !== parentPid) endProcess();
  const usedBytes = process.memoryUsage.rss();
  if (usedBytes > memoryLimitBytes) {
    const report = { code: 'JOB_OUT_OF_MEMORY', usedBytes, limitBytes: memoryLimitBytes };
    writeFileSync(join(workFolder, limitFile), JSON.stringify(report));
    endProcess();
  }
}, 500);

/** The whole process group: whatever a strategy started goes with it. */
function endProcess(): void {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    process.kill(process.pid, 'SIGKILL');
  }
}
