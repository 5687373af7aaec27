import type { EntityManager } from 'typeorm';
import { requireScope, type Principal } from '../../zoo/access/principal.js';
import { recordAudit } from '../../zoo/audit.js';
import { Job } from '../../zoo/database/entities/index.js';
import { appendStateEvent } from '../events/job-events.js';
import { enqueueJob } from '../queue/queue.js';

export interface DatasetImportLaunch {
  /** The data set that receives the result as its next version. The caller has checked that the principal may write to it. */
  datasetId: string;
  /** SHA-256 of the uploaded archive, admitted for the principal and scanned. */
  archive: string;
  /** Validated options of the import. */
  options: Record<string, unknown>;
  notes?: string;
}

/**
 * Queues the import of an uploaded archive, in the caller's transaction. After its commit the caller wakes the workers
 * with `announceQueued`.
 */
export async function launchDatasetImport(
  manager: EntityManager,
  principal: Principal,
  { datasetId, archive, options, notes }: DatasetImportLaunch,
): Promise<Job> {
  const account = requireScope(principal, 'write');
  const job = await manager.save(
    manager.create(Job, {
      kind: 'DATASET_IMPORT',
      launchedBy: account.id,
      targetDatasetId: datasetId,
      parameters: { ...options, archive },
      notes: notes ?? '',
    }),
  );
  await appendStateEvent(manager, job.id, 'QUEUED');
  await enqueueJob(manager, job.id);
  await recordAudit(manager, account.id, 'job.launch', job.id, { kind: 'DATASET_IMPORT', datasetId });
  return manager.findOneByOrFail(Job, { id: job.id });
}
