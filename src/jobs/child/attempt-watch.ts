import type { JobError } from '../../zoo/job-types.js';
import type { AttemptLimits } from './attempt-limits.js';
import { processesOfAttempt } from './attempt-processes.js';
import { diskFull, outOfMemory } from './limit-errors.js';
import { folderUsage, mostFiles } from './folder-usage.js';

export interface WatchedAttempt {
  /** Process id, which is that of its group. */
  leader: number;
  mark: string;
  /** Folders that it writes to. */
  folders: readonly string[];
  limits: Pick<AttemptLimits, 'memoryBytes' | 'diskBytes'>;
  /** Called once, when a limit is passed: it is to be killed. */
  onPassed(error: JobError): void;
}

const pauseMs = 500;
/** Looking at all processes of the machine costs more than looking at a few folders. */
const looksBetweenProcesses = 10;

/**
 * Watches from outside what an attempt takes: the disk under its folders, and the memory of all its processes together. The
 * memory of its own process is watched in there, quicker.
 *
 * @returns ends the watch.
 */
export function watchAttempt({ leader, mark, folders, limits, onPassed }: WatchedAttempt): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const look = async (turn: number): Promise<JobError | undefined> => {
    const usage = await folderUsage(folders);
    if (usage.bytes > limits.diskBytes) return diskFull(usage.bytes, limits.diskBytes);
    if (usage.files > mostFiles) return diskFull(usage.files, mostFiles, 'files');
    if (turn % looksBetweenProcesses !== 0) return undefined;
    const processes = await processesOfAttempt(leader, mark, { deep: false });
    const usedBytes = processes.reduce((sum, { residentBytes }) => sum + residentBytes, 0);
    return usedBytes > limits.memoryBytes
      ? outOfMemory(usedBytes, limits.memoryBytes, processes.length)
      : undefined;
  };
  const lookAgain = (turn: number) => {
    timer = setTimeout(() => {
      void look(turn)
        // A folder or process that vanishes while it is looked at is no finding.
        .catch(() => undefined)
        .then((passed) => {
          if (isOver) return;
          if (passed === undefined) lookAgain(turn + 1);
          else onPassed(passed);
        });
    }, pauseMs);
  };
  lookAgain(1);
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
