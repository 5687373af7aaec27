CREATE TABLE version_reports (
  version_id uuid NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,
  title text NOT NULL,
  alt text,
  columns jsonb,
  rows jsonb,
  CONSTRAINT version_reports_pkey PRIMARY KEY (version_id, name),
  CONSTRAINT version_reports_name_check CHECK (name ~ '^[a-z0-9-]{1,64}$'),
  CONSTRAINT version_reports_kind_check CHECK (
    (kind = 'table' AND columns IS NOT NULL AND rows IS NOT NULL AND alt IS NULL)
    OR (kind = 'picture' AND columns IS NULL AND rows IS NULL AND alt IS NOT NULL)
  ),
  CONSTRAINT version_reports_version_id_fkey FOREIGN KEY (version_id) REFERENCES model_versions(id) ON DELETE CASCADE
);
