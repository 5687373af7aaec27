CREATE TABLE job_checkpoints (
  job_id uuid NOT NULL,
  fence integer NOT NULL,
  step integer NOT NULL,
  sha256 text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT job_checkpoints_pkey PRIMARY KEY (job_id, fence, step),
  CONSTRAINT job_checkpoints_fence_check CHECK (fence >= 1),
  CONSTRAINT job_checkpoints_step_check CHECK (step >= 0),
  CONSTRAINT job_checkpoints_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs(id) ON DELETE CASCADE,
  CONSTRAINT job_checkpoints_sha256_fkey FOREIGN KEY (sha256) REFERENCES blobs(sha256)
);

CREATE INDEX job_checkpoints_sha256_idx ON job_checkpoints (sha256);
