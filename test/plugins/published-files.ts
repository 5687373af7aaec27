import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelFile } from '../../src/learning/tfjs-layers/model-files.js';
import type { RunResult } from '../../src/plugins/run/run-strategy.js';

/** The version as it would be published: what is new from the output, the rest from the base by digest. */
export async function publishedFiles(
  result: RunResult,
  baseFolder: string,
  outputFolder: string,
): Promise<ModelFile[]> {
  const base = await filesByDigest(baseFolder);
  return Promise.all(
    result.files.map(async ({ path, isNew, sha256 }) => ({
      path,
      bytes: await readFile(isNew ? join(outputFolder, path) : (base.get(sha256) ?? '')),
    })),
  );
}

/** Paths of a folder's files by the digest of their bytes. */
export async function filesByDigest(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, string>();
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const sha256 = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    files.set(sha256, path);
  }
  return files;
}
