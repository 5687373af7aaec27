-- Everything goes, and with it every row: only for a database that is not needed any more.
-- The extension stays: the migration cannot know whether it was there before.

DROP TABLE
  audit_events,
  idempotency_keys,
  workers,
  job_events,
  attempts,
  dataset_version_files,
  blob_grants,
  lineage_edges,
  aliases,
  metrics,
  version_files,
  blobs,
  model_versions,
  jobs,
  dataset_versions,
  datasets,
  models,
  api_tokens,
  accounts
CASCADE;
DROP FUNCTION fill_search();
