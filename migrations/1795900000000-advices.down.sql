DROP TABLE transfer_profiles;
DROP TABLE transfer_profile_cuts;
ALTER TABLE jobs
  DROP CONSTRAINT jobs_advice_check,
  DROP COLUMN advice_id,
  DROP COLUMN advice_rank;
DROP TABLE advice_candidates;
DROP TABLE advices;
-- The release before knows nothing of such jobs. Their results are gone with the tables above.
UPDATE model_versions SET job_id = NULL
 WHERE job_id IN (SELECT id FROM jobs WHERE kind = 'SWEEP');
UPDATE lineage_edges SET job_id = NULL
 WHERE job_id IN (SELECT id FROM jobs WHERE kind = 'SWEEP');
DELETE FROM jobs WHERE kind IN ('ADVICE', 'TRANSFER_PROFILE', 'SWEEP');
ALTER TABLE jobs
  DROP CONSTRAINT jobs_kind_check,
  ADD CONSTRAINT jobs_kind_check CHECK (kind IN ('FINE_TUNE', 'DATASET_IMPORT'));
