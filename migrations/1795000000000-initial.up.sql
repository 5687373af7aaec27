-- The first schema: accounts, models, data sets, blobs, jobs.
-- PGlite and PostgreSQL 13 or newer; pg_trgm is a trusted extension, so the database's owner may create it.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE accounts (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  name text NOT NULL,
  kind text NOT NULL,
  role text NOT NULL DEFAULT 'MEMBER',
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT accounts_pkey PRIMARY KEY (id),
  CONSTRAINT accounts_name_key UNIQUE (name),
  CONSTRAINT accounts_role_check CHECK (role IN ('ADMIN', 'MEMBER')),
  CONSTRAINT accounts_kind_check CHECK (kind IN ('USER', 'ORGANIZATION')),
  CONSTRAINT accounts_name_check CHECK (name ~ '^[a-z0-9][a-z0-9._-]*$')
);

CREATE TABLE api_tokens (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  account_id uuid NOT NULL,
  name text NOT NULL,
  token_hash text NOT NULL,
  prefix text NOT NULL,
  scopes text[] NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  last_used_at timestamptz(3),
  expires_at timestamptz(3),
  revoked_at timestamptz(3),
  CONSTRAINT api_tokens_pkey PRIMARY KEY (id),
  CONSTRAINT api_tokens_token_hash_key UNIQUE (token_hash),
  CONSTRAINT api_tokens_token_hash_check CHECK (token_hash ~ '^[0-9a-f]{64}$')
);
CREATE INDEX api_tokens_account_id_idx ON api_tokens (account_id);

CREATE TABLE models (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  owner_id uuid NOT NULL,
  name text COLLATE "C" NOT NULL,
  task text NOT NULL,
  license text,
  tags text[] NOT NULL DEFAULT '{}',
  card text NOT NULL DEFAULT '',
  card_data jsonb NOT NULL DEFAULT '{}',
  visibility text NOT NULL DEFAULT 'PRIVATE',
  latest_number integer NOT NULL DEFAULT 0,
  search tsvector,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  deleted_at timestamptz(3),
  CONSTRAINT models_pkey PRIMARY KEY (id),
  CONSTRAINT models_owner_name UNIQUE (owner_id, name),
  CONSTRAINT models_latest_number_check CHECK (latest_number >= 0),
  CONSTRAINT models_visibility_check CHECK (visibility IN ('PUBLIC', 'PRIVATE')),
  CONSTRAINT models_name_check CHECK (name ~ '^[A-Za-z0-9_][A-Za-z0-9._-]*$')
);
CREATE INDEX models_task_idx ON models (task);
CREATE INDEX models_license_idx ON models (license);
CREATE INDEX models_tags_idx ON models USING gin (tags);
CREATE INDEX models_search_idx ON models USING gin (search);
CREATE INDEX models_name_id_idx ON models (name, id);
CREATE INDEX models_updated_at_id_idx ON models (updated_at, id);
CREATE INDEX models_created_at_id_idx ON models (created_at, id);

CREATE TABLE datasets (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  owner_id uuid NOT NULL,
  name text COLLATE "C" NOT NULL,
  task text NOT NULL DEFAULT 'image-classification',
  license text,
  tags text[] NOT NULL DEFAULT '{}',
  card text NOT NULL DEFAULT '',
  card_data jsonb NOT NULL DEFAULT '{}',
  visibility text NOT NULL DEFAULT 'PRIVATE',
  latest_number integer NOT NULL DEFAULT 0,
  search tsvector,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  deleted_at timestamptz(3),
  CONSTRAINT datasets_pkey PRIMARY KEY (id),
  CONSTRAINT datasets_owner_name UNIQUE (owner_id, name),
  CONSTRAINT datasets_latest_number_check CHECK (latest_number >= 0),
  CONSTRAINT datasets_visibility_check CHECK (visibility IN ('PUBLIC', 'PRIVATE')),
  CONSTRAINT datasets_name_check CHECK (name ~ '^[A-Za-z0-9_][A-Za-z0-9._-]*$')
);
CREATE INDEX datasets_license_idx ON datasets (license);
CREATE INDEX datasets_tags_idx ON datasets USING gin (tags);
CREATE INDEX datasets_search_idx ON datasets USING gin (search);
CREATE INDEX datasets_name_id_idx ON datasets (name, id);
CREATE INDEX datasets_updated_at_id_idx ON datasets (updated_at, id);
CREATE INDEX datasets_created_at_id_idx ON datasets (created_at, id);

CREATE TABLE dataset_versions (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  dataset_id uuid NOT NULL,
  number integer NOT NULL,
  manifest jsonb NOT NULL,
  image_count integer NOT NULL,
  size_bytes bigint NOT NULL,
  digest text NOT NULL,
  job_id uuid,
  created_by uuid NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT dataset_versions_pkey PRIMARY KEY (id),
  CONSTRAINT dataset_versions_number UNIQUE (dataset_id, number),
  CONSTRAINT dataset_versions_digest_check CHECK (digest ~ '^[0-9a-f]{64}$'),
  CONSTRAINT dataset_versions_counts_check CHECK (image_count >= 0 AND size_bytes >= 0),
  CONSTRAINT dataset_versions_number_check CHECK (number >= 1)
);
CREATE INDEX dataset_versions_job_id_idx ON dataset_versions (job_id);
CREATE INDEX dataset_versions_created_at_id_idx ON dataset_versions (created_at, id);

CREATE TABLE jobs (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  kind text NOT NULL,
  state text NOT NULL DEFAULT 'QUEUED',
  launched_by uuid NOT NULL,
  base_version_id uuid,
  dataset_version_id uuid,
  target_model_id uuid,
  target_dataset_id uuid,
  strategy text,
  strategy_version text,
  parameters jsonb NOT NULL DEFAULT '{}',
  fence integer NOT NULL DEFAULT 0,
  worker_id text,
  lease_expires_at timestamptz(3),
  cancel_requested_at timestamptz(3),
  infrastructure_failures integer NOT NULL DEFAULT 0,
  last_event_seq integer NOT NULL DEFAULT 0,
  seed integer NOT NULL DEFAULT '1',
  notes text NOT NULL DEFAULT '',
  progress jsonb,
  error jsonb,
  result_model_version_id uuid,
  result_dataset_version_id uuid,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  started_at timestamptz(3),
  finished_at timestamptz(3),
  CONSTRAINT jobs_pkey PRIMARY KEY (id),
  CONSTRAINT jobs_fence_check CHECK (fence >= 0 AND infrastructure_failures >= 0),
  CONSTRAINT jobs_state_check CHECK (state IN ('QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED')),
  CONSTRAINT jobs_kind_check CHECK (kind IN ('FINE_TUNE', 'DATASET_IMPORT'))
);
CREATE INDEX jobs_base_version_id_idx ON jobs (base_version_id);
CREATE INDEX jobs_dataset_version_id_idx ON jobs (dataset_version_id);
CREATE INDEX jobs_target_model_id_idx ON jobs (target_model_id);
CREATE INDEX jobs_target_dataset_id_idx ON jobs (target_dataset_id);
CREATE INDEX jobs_lease_expires_at_idx ON jobs (lease_expires_at) WHERE state = 'RUNNING';
CREATE INDEX jobs_state_created_at_id_idx ON jobs (state, created_at, id);
CREATE INDEX jobs_launched_by_created_at_id_idx ON jobs (launched_by, created_at, id);
CREATE INDEX jobs_created_at_id_idx ON jobs (created_at, id);

CREATE TABLE model_versions (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  model_id uuid NOT NULL,
  number integer NOT NULL,
  format text NOT NULL,
  manifest jsonb NOT NULL,
  parameter_count bigint NOT NULL,
  size_bytes bigint NOT NULL,
  digest text NOT NULL,
  evaluation jsonb,
  notes text NOT NULL DEFAULT '',
  job_id uuid,
  created_by uuid NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT model_versions_pkey PRIMARY KEY (id),
  CONSTRAINT model_versions_number UNIQUE (model_id, number),
  CONSTRAINT model_versions_digest_check CHECK (digest ~ '^[0-9a-f]{64}$'),
  CONSTRAINT model_versions_counts_check CHECK (parameter_count >= 0 AND size_bytes >= 0),
  CONSTRAINT model_versions_number_check CHECK (number >= 1)
);
CREATE INDEX model_versions_parameter_count_idx ON model_versions (parameter_count);
CREATE INDEX model_versions_job_id_idx ON model_versions (job_id);
CREATE INDEX model_versions_created_at_id_idx ON model_versions (created_at, id);

CREATE TABLE blobs (
  sha256 text NOT NULL,
  size_bytes bigint NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  condemned_at timestamptz(3),
  CONSTRAINT blobs_pkey PRIMARY KEY (sha256),
  CONSTRAINT blobs_size_bytes_check CHECK (size_bytes >= 0),
  CONSTRAINT blobs_sha256_check CHECK (sha256 ~ '^[0-9a-f]{64}$')
);
CREATE INDEX blobs_condemned_at_idx ON blobs (condemned_at) WHERE condemned_at IS NOT NULL;

CREATE TABLE version_files (
  version_id uuid NOT NULL,
  path text NOT NULL,
  sha256 text NOT NULL,
  size_bytes bigint NOT NULL,
  CONSTRAINT version_files_pkey PRIMARY KEY (version_id, path),
  CONSTRAINT version_files_size_bytes_check CHECK (size_bytes >= 0),
  CONSTRAINT version_files_path_check CHECK (path <> '' AND path !~ '(^|/)[.]{0,2}(/|$)' AND strpos(path, chr(92)) = 0)
);
CREATE INDEX version_files_sha256_idx ON version_files (sha256);

CREATE TABLE metrics (
  version_id uuid NOT NULL,
  name text NOT NULL,
  value double precision NOT NULL,
  CONSTRAINT metrics_pkey PRIMARY KEY (version_id, name),
  CONSTRAINT metrics_value_check CHECK (value > '-Infinity' AND value < 'Infinity')
);
CREATE INDEX metrics_name_value_version_id_idx ON metrics (name, value, version_id);

CREATE TABLE aliases (
  model_id uuid NOT NULL,
  name text NOT NULL,
  version_id uuid NOT NULL,
  updated_by uuid NOT NULL,
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT aliases_pkey PRIMARY KEY (model_id, name),
  CONSTRAINT aliases_name_check CHECK (name ~ '^[a-z0-9][a-z0-9._-]*$' AND name !~ '^[0-9]+$' AND name <> 'latest')
);
CREATE INDEX aliases_version_id_idx ON aliases (version_id);

CREATE TABLE lineage_edges (
  child_version_id uuid NOT NULL,
  parent_version_id uuid NOT NULL,
  relation text NOT NULL,
  strategy text,
  strategy_version text,
  parameters jsonb,
  dataset_version_id uuid,
  job_id uuid,
  CONSTRAINT lineage_edges_pkey PRIMARY KEY (child_version_id, parent_version_id),
  CONSTRAINT lineage_edges_self_check CHECK (child_version_id <> parent_version_id),
  CONSTRAINT lineage_edges_relation_check CHECK (relation IN ('finetune', 'adapter', 'merge', 'quantized'))
);
CREATE INDEX lineage_edges_parent_version_id_idx ON lineage_edges (parent_version_id);
CREATE INDEX lineage_edges_dataset_version_id_idx ON lineage_edges (dataset_version_id);
CREATE INDEX lineage_edges_job_id_idx ON lineage_edges (job_id);

CREATE TABLE blob_grants (
  account_id uuid NOT NULL,
  sha256 text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT blob_grants_pkey PRIMARY KEY (account_id, sha256)
);
CREATE INDEX blob_grants_sha256_idx ON blob_grants (sha256);

CREATE TABLE dataset_version_files (
  version_id uuid NOT NULL,
  path text NOT NULL,
  sha256 text NOT NULL,
  size_bytes bigint NOT NULL,
  CONSTRAINT dataset_version_files_pkey PRIMARY KEY (version_id, path),
  CONSTRAINT dataset_version_files_size_bytes_check CHECK (size_bytes >= 0),
  CONSTRAINT dataset_version_files_path_check CHECK (path <> '' AND path !~ '(^|/)[.]{0,2}(/|$)' AND strpos(path, chr(92)) = 0)
);
CREATE INDEX dataset_version_files_sha256_idx ON dataset_version_files (sha256);

CREATE TABLE attempts (
  job_id uuid NOT NULL,
  fence integer NOT NULL,
  worker_id text NOT NULL,
  outcome text,
  error jsonb,
  started_at timestamptz(3) NOT NULL DEFAULT now(),
  ended_at timestamptz(3),
  CONSTRAINT attempts_pkey PRIMARY KEY (job_id, fence),
  CONSTRAINT attempts_fence_check CHECK (fence >= 1),
  CONSTRAINT attempts_ended_check CHECK ((outcome IS NULL) = (ended_at IS NULL)),
  CONSTRAINT attempts_outcome_check CHECK (outcome IN ('COMPLETED', 'FAILED', 'CANCELLED', 'LOST'))
);

CREATE TABLE job_events (
  job_id uuid NOT NULL,
  seq integer NOT NULL,
  fence integer NOT NULL,
  type text NOT NULL,
  payload jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT job_events_pkey PRIMARY KEY (job_id, seq),
  CONSTRAINT job_events_seq_check CHECK (seq >= 1),
  CONSTRAINT job_events_type_check CHECK (type IN ('state', 'progress', 'metric', 'log'))
);

CREATE TABLE workers (
  id uuid NOT NULL,
  name text NOT NULL,
  engine text NOT NULL,
  device text NOT NULL,
  version text NOT NULL,
  strategies jsonb NOT NULL,
  started_at timestamptz(3) NOT NULL DEFAULT now(),
  heartbeat_at timestamptz(3) NOT NULL,
  CONSTRAINT workers_pkey PRIMARY KEY (id)
);
CREATE INDEX workers_heartbeat_at_idx ON workers (heartbeat_at);

CREATE TABLE idempotency_keys (
  account_id uuid NOT NULL,
  mutation text NOT NULL,
  key text NOT NULL,
  input_digest text NOT NULL,
  result_id text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT idempotency_keys_pkey PRIMARY KEY (account_id, mutation, key),
  CONSTRAINT idempotency_keys_input_digest_check CHECK (input_digest ~ '^[0-9a-f]{64}$')
);
CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);

CREATE TABLE audit_events (
  seq bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  account_id uuid,
  action text NOT NULL,
  subject_id text NOT NULL,
  detail jsonb NOT NULL DEFAULT '{}',
  CONSTRAINT audit_events_pkey PRIMARY KEY (seq)
);
CREATE INDEX audit_events_subject_id_seq_idx ON audit_events (subject_id, seq);

-- Foreign keys ------------------------------------------------------------------------------------

ALTER TABLE api_tokens
  ADD CONSTRAINT api_tokens_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE;
ALTER TABLE models
  ADD CONSTRAINT models_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES accounts(id);
ALTER TABLE datasets
  ADD CONSTRAINT datasets_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES accounts(id);
ALTER TABLE dataset_versions
  ADD CONSTRAINT dataset_versions_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES datasets(id);
ALTER TABLE dataset_versions
  ADD CONSTRAINT dataset_versions_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs(id);
ALTER TABLE dataset_versions
  ADD CONSTRAINT dataset_versions_created_by_fkey FOREIGN KEY (created_by) REFERENCES accounts(id);
ALTER TABLE jobs
  ADD CONSTRAINT jobs_launched_by_fkey FOREIGN KEY (launched_by) REFERENCES accounts(id);
ALTER TABLE jobs
  ADD CONSTRAINT jobs_base_version_id_fkey FOREIGN KEY (base_version_id) REFERENCES model_versions(id);
ALTER TABLE jobs
  ADD CONSTRAINT jobs_dataset_version_id_fkey FOREIGN KEY (dataset_version_id) REFERENCES dataset_versions(id);
ALTER TABLE jobs
  ADD CONSTRAINT jobs_target_model_id_fkey FOREIGN KEY (target_model_id) REFERENCES models(id);
ALTER TABLE jobs
  ADD CONSTRAINT jobs_target_dataset_id_fkey FOREIGN KEY (target_dataset_id) REFERENCES datasets(id);
ALTER TABLE jobs
  ADD CONSTRAINT jobs_result_model_version_id_fkey FOREIGN KEY (result_model_version_id) REFERENCES model_versions(id);
ALTER TABLE jobs
  ADD CONSTRAINT jobs_result_dataset_version_id_fkey FOREIGN KEY (result_dataset_version_id) REFERENCES dataset_versions(id);
ALTER TABLE model_versions
  ADD CONSTRAINT model_versions_model_id_fkey FOREIGN KEY (model_id) REFERENCES models(id);
ALTER TABLE model_versions
  ADD CONSTRAINT model_versions_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs(id);
ALTER TABLE model_versions
  ADD CONSTRAINT model_versions_created_by_fkey FOREIGN KEY (created_by) REFERENCES accounts(id);
ALTER TABLE version_files
  ADD CONSTRAINT version_files_version_id_fkey FOREIGN KEY (version_id) REFERENCES model_versions(id) ON DELETE CASCADE;
ALTER TABLE version_files
  ADD CONSTRAINT version_files_sha256_fkey FOREIGN KEY (sha256) REFERENCES blobs(sha256);
ALTER TABLE metrics
  ADD CONSTRAINT metrics_version_id_fkey FOREIGN KEY (version_id) REFERENCES model_versions(id) ON DELETE CASCADE;
ALTER TABLE aliases
  ADD CONSTRAINT aliases_model_id_fkey FOREIGN KEY (model_id) REFERENCES models(id) ON DELETE CASCADE;
ALTER TABLE aliases
  ADD CONSTRAINT aliases_version_id_fkey FOREIGN KEY (version_id) REFERENCES model_versions(id) ON DELETE CASCADE;
ALTER TABLE aliases
  ADD CONSTRAINT aliases_updated_by_fkey FOREIGN KEY (updated_by) REFERENCES accounts(id);
ALTER TABLE lineage_edges
  ADD CONSTRAINT lineage_edges_child_version_id_fkey FOREIGN KEY (child_version_id) REFERENCES model_versions(id) ON DELETE CASCADE;
ALTER TABLE lineage_edges
  ADD CONSTRAINT lineage_edges_parent_version_id_fkey FOREIGN KEY (parent_version_id) REFERENCES model_versions(id);
ALTER TABLE lineage_edges
  ADD CONSTRAINT lineage_edges_dataset_version_id_fkey FOREIGN KEY (dataset_version_id) REFERENCES dataset_versions(id);
ALTER TABLE lineage_edges
  ADD CONSTRAINT lineage_edges_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs(id);
ALTER TABLE blob_grants
  ADD CONSTRAINT blob_grants_sha256_fkey FOREIGN KEY (sha256) REFERENCES blobs(sha256) ON DELETE CASCADE;
ALTER TABLE blob_grants
  ADD CONSTRAINT blob_grants_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE;
ALTER TABLE dataset_version_files
  ADD CONSTRAINT dataset_version_files_version_id_fkey FOREIGN KEY (version_id) REFERENCES dataset_versions(id) ON DELETE CASCADE;
ALTER TABLE dataset_version_files
  ADD CONSTRAINT dataset_version_files_sha256_fkey FOREIGN KEY (sha256) REFERENCES blobs(sha256);
ALTER TABLE attempts
  ADD CONSTRAINT attempts_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs(id) ON DELETE CASCADE;
ALTER TABLE job_events
  ADD CONSTRAINT job_events_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs(id) ON DELETE CASCADE;
ALTER TABLE idempotency_keys
  ADD CONSTRAINT idempotency_keys_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE;

-- Search ------------------------------------------------------------------------------------------
-- Names and tags are words of no language, so they are indexed as they stand ('simple') and in parts: mobilenet-v2_small
-- is found by mobilenet, v2 and small. Cards are English prose and are stemmed ('english'). A query asks for both:
--   search @@ (websearch_to_tsquery('simple', q) || websearch_to_tsquery('english', q))

CREATE FUNCTION fill_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.search :=
    setweight(to_tsvector('simple', NEW.name || ' ' || translate(NEW.name, '._-', '   ')), 'A') ||
    setweight(to_tsvector('simple', array_to_string(NEW.tags, ' ') || ' ' ||
                                    translate(array_to_string(NEW.tags, ' '), '._:-', '    ')), 'B') ||
    -- A tsvector holds at most 1 MB; a card longer than this is searched by its beginning.
    setweight(to_tsvector('english', left(NEW.card, 200000)), 'C');
  RETURN NEW;
END
$$;

CREATE TRIGGER models_fill_search BEFORE INSERT OR UPDATE OF name, tags, card ON models
  FOR EACH ROW EXECUTE FUNCTION fill_search();
CREATE TRIGGER datasets_fill_search BEFORE INSERT OR UPDATE OF name, tags, card ON datasets
  FOR EACH ROW EXECUTE FUNCTION fill_search();

-- Parts of names, as typed into a search box: name ILIKE '%net%'.
CREATE INDEX models_name_trgm_idx ON models USING gin (name gin_trgm_ops);
CREATE INDEX datasets_name_trgm_idx ON datasets USING gin (name gin_trgm_ops);
