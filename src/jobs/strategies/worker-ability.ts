import type { AnnouncedStrategy } from '../../zoo/job-types.js';

/** What a worker can offer a job. */
export interface WorkerAbility {
  /** Its jobs train on a GPU. */
  hasGpu: boolean;
  /** Resident memory that one of its jobs may have, bytes. */
  jobMemoryBytes: number;
}

/** What a strategy needs and a worker does not have, in words that follow “has no”; empty where it has everything. */
export function unmetByWorker(needs: AnnouncedStrategy['needs'], worker: WorkerAbility): string[] {
  const unmet: string[] = [];
  if (needs.gpu === 'required' && !worker.hasGpu) unmet.push('GPU');
  if (needs.memoryBytes !== undefined && needs.memoryBytes > worker.jobMemoryBytes) {
    unmet.push(`${gibibytes(needs.memoryBytes)} of memory for a job`);
  }
  return unmet;
}

function gibibytes(bytes: number): string {
  return `${Number((bytes / 2 ** 30).toPrecision(3))} GiB`;
}
