ALTER TABLE workers
  ALTER COLUMN strategies TYPE jsonb,
  DROP COLUMN announcement,
  DROP COLUMN refused,
  DROP COLUMN has_gpu,
  DROP COLUMN job_memory_bytes;
ALTER TABLE lineage_edges
  DROP COLUMN strategy_package,
  DROP COLUMN strategy_package_version,
  DROP COLUMN strategy_digest;
ALTER TABLE jobs
  DROP CONSTRAINT jobs_claim_check,
  DROP COLUMN strategy_package,
  DROP COLUMN strategy_package_version,
  DROP COLUMN strategy_digest,
  DROP COLUMN claimed_digest,
  DROP COLUMN left_to_others;
