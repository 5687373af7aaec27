-- Advice: what was measured, what was ranked, what was promised; and what the jobs that follow make of it.
ALTER TABLE jobs
  DROP CONSTRAINT jobs_kind_check,
  ADD CONSTRAINT jobs_kind_check CHECK (
    kind IN ('FINE_TUNE', 'DATASET_IMPORT', 'ADVICE', 'TRANSFER_PROFILE', 'SWEEP')
  ),
  ADD COLUMN advice_id uuid,
  ADD COLUMN advice_rank integer,
  ADD CONSTRAINT jobs_advice_check CHECK ((advice_id IS NULL) = (advice_rank IS NULL));

CREATE TABLE advices (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  job_id uuid NOT NULL,
  dataset_version_id uuid NOT NULL,
  scenario text,
  summary text NOT NULL,
  stays_linear boolean NOT NULL,
  measurements jsonb NOT NULL,
  not_measured jsonb NOT NULL,
  corrections jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT advices_pkey PRIMARY KEY (id),
  CONSTRAINT advices_job_id_key UNIQUE (job_id),
  CONSTRAINT advices_scenario_check CHECK (
    scenario IN ('SMALL_SIMILAR', 'LARGE_SIMILAR', 'SMALL_DIFFERENT', 'LARGE_DIFFERENT')
  ),
  CONSTRAINT advices_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs(id),
  CONSTRAINT advices_dataset_version_id_fkey FOREIGN KEY (dataset_version_id) REFERENCES dataset_versions(id)
);
CREATE INDEX advices_dataset_version_id_created_at_id_idx ON advices (dataset_version_id, created_at, id);

CREATE TABLE advice_candidates (
  advice_id uuid NOT NULL,
  rank integer NOT NULL,
  version_id uuid NOT NULL,
  strategy text NOT NULL,
  strategy_version text,
  parameters jsonb NOT NULL,
  -- As a job of it would carry them, defaults filled in: a job that was launched by hand answers the advice where it equals them.
  launched_parameters jsonb,
  layer text,
  accuracy jsonb,
  -- The same before the track record corrected it: what corrections are learnt from.
  uncorrected jsonb,
  seconds jsonb,
  peak_memory_bytes bigint,
  stored_bytes bigint,
  reason text NOT NULL,
  warnings jsonb NOT NULL,
  CONSTRAINT advice_candidates_pkey PRIMARY KEY (advice_id, rank),
  CONSTRAINT advice_candidates_rank_check CHECK (rank >= 1),
  CONSTRAINT advice_candidates_advice_id_fkey FOREIGN KEY (advice_id) REFERENCES advices(id) ON DELETE CASCADE,
  CONSTRAINT advice_candidates_version_id_fkey FOREIGN KEY (version_id) REFERENCES model_versions(id)
);
CREATE INDEX advice_candidates_version_id_strategy_idx ON advice_candidates (version_id, strategy);

ALTER TABLE jobs
  ADD CONSTRAINT jobs_advice_id_fkey FOREIGN KEY (advice_id) REFERENCES advices(id);
CREATE INDEX jobs_advice_id_idx ON jobs (advice_id);

-- Where a version is cut for its profile. Versions whose networks are equal up to a cut have the same key there.
CREATE TABLE transfer_profile_cuts (
  version_id uuid NOT NULL,
  layer text NOT NULL,
  depth double precision NOT NULL,
  feature_dim integer NOT NULL,
  is_candidate boolean NOT NULL,
  feature_key text NOT NULL,
  CONSTRAINT transfer_profile_cuts_pkey PRIMARY KEY (version_id, layer),
  CONSTRAINT transfer_profile_cuts_depth_check CHECK (depth >= 0 AND depth <= 1),
  CONSTRAINT transfer_profile_cuts_version_id_fkey FOREIGN KEY (version_id) REFERENCES model_versions(id) ON DELETE CASCADE
);
CREATE INDEX transfer_profile_cuts_feature_key_idx ON transfer_profile_cuts (feature_key);

-- What features of one key are worth on one data set: measured once, whatever version they came from.
CREATE TABLE transfer_profiles (
  feature_key text NOT NULL,
  dataset_version_id uuid NOT NULL,
  pictures integer NOT NULL,
  scores jsonb NOT NULL,
  statistics jsonb,
  batch_norm_shift double precision,
  measured_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT transfer_profiles_pkey PRIMARY KEY (feature_key, dataset_version_id),
  CONSTRAINT transfer_profiles_pictures_check CHECK (pictures >= 0),
  CONSTRAINT transfer_profiles_dataset_version_id_fkey FOREIGN KEY (dataset_version_id) REFERENCES dataset_versions(id) ON DELETE CASCADE
);
CREATE INDEX transfer_profiles_dataset_version_id_idx ON transfer_profiles (dataset_version_id);
