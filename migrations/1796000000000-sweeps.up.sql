-- Sweeps: one job that tries several candidates on one data set.
CREATE TABLE sweep_candidates (
  job_id uuid NOT NULL,
  -- Place in the order in which they run, from 1.
  ordinal integer NOT NULL,
  base_version_id uuid NOT NULL,
  strategy text NOT NULL,
  strategy_version text NOT NULL,
  strategy_package text NOT NULL,
  strategy_package_version text NOT NULL,
  strategy_digest text NOT NULL,
  parameters jsonb NOT NULL,
  -- The line of an advice that it is, and the accuracy promised there.
  advice_id uuid,
  advice_rank integer,
  expected jsonb,
  state text NOT NULL DEFAULT 'PENDING',
  reason text,
  error jsonb,
  seconds double precision,
  validation jsonb,
  test jsonb,
  test_right text,
  comparison jsonb,
  -- What is published in the end; null once the job has ended.
  fit jsonb,
  version_id uuid,
  CONSTRAINT sweep_candidates_pkey PRIMARY KEY (job_id, ordinal),
  CONSTRAINT sweep_candidates_ordinal_check CHECK (ordinal >= 1),
  CONSTRAINT sweep_candidates_advice_check CHECK ((advice_id IS NULL) = (advice_rank IS NULL)),
  CONSTRAINT sweep_candidates_state_check CHECK (
    state IN ('PENDING', 'FITTED', 'STOPPED', 'FAILED', 'PUBLISHED')
  ),
  CONSTRAINT sweep_candidates_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs(id) ON DELETE CASCADE,
  CONSTRAINT sweep_candidates_base_version_id_fkey FOREIGN KEY (base_version_id) REFERENCES model_versions(id),
  CONSTRAINT sweep_candidates_advice_id_fkey FOREIGN KEY (advice_id) REFERENCES advices(id),
  CONSTRAINT sweep_candidates_version_id_fkey FOREIGN KEY (version_id) REFERENCES model_versions(id)
);
CREATE INDEX sweep_candidates_base_version_id_idx ON sweep_candidates (base_version_id);
CREATE INDEX sweep_candidates_advice_id_idx ON sweep_candidates (advice_id);

-- The files of candidates that are fitted and not yet published, so that nobody takes them for garbage.
CREATE TABLE sweep_files (
  job_id uuid NOT NULL,
  ordinal integer NOT NULL,
  path text NOT NULL,
  sha256 text NOT NULL,
  CONSTRAINT sweep_files_pkey PRIMARY KEY (job_id, ordinal, path),
  CONSTRAINT sweep_files_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs(id) ON DELETE CASCADE,
  CONSTRAINT sweep_files_sha256_fkey FOREIGN KEY (sha256) REFERENCES blobs(sha256)
);
CREATE INDEX sweep_files_sha256_idx ON sweep_files (sha256);
