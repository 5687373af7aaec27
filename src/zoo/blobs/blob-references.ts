import { visibleTo } from '../access/visible-to.js';
import type { Principal } from '../access/principal.js';

/** How long an upload counts as proof that an account has the bytes, and a condemned blob is kept. */
export const graceHours = 24;

/** SQL: whether something refers to the blob row `blob`, or soon may: versions, live grants, jobs that will read it or go on from it. */
export const isReferenced = `(
  EXISTS (SELECT 1 FROM version_files file WHERE file.sha256 = blob.sha256)
  OR EXISTS (SELECT 1 FROM dataset_version_files file WHERE file.sha256 = blob.sha256)
  OR EXISTS (SELECT 1 FROM blob_grants g
              WHERE g.sha256 = blob.sha256 AND g.created_at > now() - interval '${graceHours} hours')
  OR EXISTS (SELECT 1 FROM job_checkpoints checkpoint WHERE checkpoint.sha256 = blob.sha256)
  OR EXISTS (SELECT 1 FROM sweep_files parked WHERE parked.sha256 = blob.sha256)
  OR EXISTS (SELECT 1 FROM jobs job
              WHERE job.state IN ('QUEUED', 'RUNNING') AND position(blob.sha256 in job.parameters::text) > 0)
)`;

/** SQL: whether a version that the principal can read holds the blob row `blob`. */
export function isReadable(principal: Principal): string {
  return `(
    EXISTS (SELECT 1 FROM version_files file
              JOIN model_versions version ON version.id = file.version_id
              JOIN models model ON model.id = version.model_id
             WHERE file.sha256 = blob.sha256 AND ${visibleTo(principal, 'model')})
    OR EXISTS (SELECT 1 FROM dataset_version_files file
              JOIN dataset_versions version ON version.id = file.version_id
              JOIN datasets dataset ON dataset.id = version.dataset_id
             WHERE file.sha256 = blob.sha256 AND ${visibleTo(principal, 'dataset')})
  )`;
}

/**
 * SQL: whether the account `$1` sent the blob row `blob` itself, recently enough.
 *
 * @param marginHours how much longer the proof must hold.
 */
export function isGranted(marginHours = 0): string {
  return `EXISTS (SELECT 1 FROM blob_grants g WHERE g.sha256 = blob.sha256 AND g.account_id = $1
                     AND g.created_at > now() - interval '${graceHours - marginHours} hours')`;
}
