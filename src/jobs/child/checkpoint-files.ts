import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ZooError } from '../../errors.js';
import { hashBytes } from '../../learning/sha256.js';
import type { Checkpoints } from '../../plugins/contract.js';
import type { FromChild } from './protocol.js';

/**
 * A job's checkpoints as its process sees them: `save` resolves when the file is whole; the worker keeps it beside the work.
 *
 * @param folder where files are written for the worker.
 * @param earlier paths of what earlier attempts left.
 * @param maxBytes of one checkpoint; `save` refuses a larger one with JOB_CHECKPOINT_TOO_LARGE.
 */
export function checkpointFiles(
  folder: string,
  earlier: readonly string[],
  maxBytes: number,
  report: (report: Extract<FromChild, { type: 'checkpoint' }>) => void,
): Checkpoints {
  let written = 0;
  return {
    async save(bytes, step) {
      if (bytes.length > maxBytes) throw checkpointTooLarge(bytes.length, maxBytes);
      // Not by step: a strategy that trains twice counts twice, and the worker may still be reading the first of two.
      const file = `${++written}.checkpoint`;
      const temporary = join(folder, `${file}.tmp`);
      await writeFile(temporary, bytes);
      await rename(temporary, join(folder, file));
      report({ type: 'checkpoint', file, sha256: hashBytes(bytes), sizeBytes: bytes.length, step });
    },
    candidates: () => Promise.all(earlier.map((path) => readFile(path))),
  };
}

/** Why a checkpoint is not kept. */
export function checkpointTooLarge(bytes: number, maxBytes: number): ZooError {
  const megabytes = (count: number) => `${Math.ceil(count / 1024 ** 2)} MB`;
  return new ZooError(
    'JOB_CHECKPOINT_TOO_LARGE',
    `A checkpoint has ${megabytes(bytes)}; a job may keep ${megabytes(maxBytes)}. Keep weights and optimizer state only, or ` +
      'raise ZOO_JOB_DISK_BYTES.',
  );
}
