-- A job is bound to the build of the strategy that its parameters were validated against.
ALTER TABLE jobs
  ADD COLUMN strategy_package text,
  ADD COLUMN strategy_package_version text,
  ADD COLUMN strategy_digest text,
  ADD COLUMN claimed_digest text,
  ADD COLUMN left_to_others boolean NOT NULL DEFAULT false,
  -- Workers from before this migration know names only: what they try to claim, this refuses.
  ADD CONSTRAINT jobs_claim_check CHECK (state <> 'RUNNING' OR claimed_digest IS NOT DISTINCT FROM strategy_digest);

ALTER TABLE lineage_edges
  ADD COLUMN strategy_package text,
  ADD COLUMN strategy_package_version text,
  ADD COLUMN strategy_digest text;

ALTER TABLE workers
  -- json keeps the order of keys, and so of a strategy's parameters; jsonb does not.
  ALTER COLUMN strategies TYPE json,
  ADD COLUMN announcement text,
  ADD COLUMN refused jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN has_gpu boolean NOT NULL DEFAULT false,
  ADD COLUMN job_memory_bytes bigint NOT NULL DEFAULT 0;
