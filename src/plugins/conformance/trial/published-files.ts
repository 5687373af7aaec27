import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashBytes } from '../../../learning/sha256.js';
import { filesOfFolder, type ModelFile } from '../../../learning/tfjs-layers/model-files.js';
import type { Trial } from './run-trial.js';

/** The new version as somebody gets it who pulls it: what is new from the disk, the rest from the base by digest. */
export async function publishedFiles({ result, baseFolder, outputFolder }: Trial): Promise<ModelFile[]> {
  const base = filesOfFolder(baseFolder);
  const byDigest = new Map<string, Uint8Array>();
  for (const { path } of await base.list()) {
    const bytes = await base.read(path);
    byDigest.set(hashBytes(bytes), bytes);
  }
  return Promise.all(
    result.files.map(async ({ path, isNew, sha256 }) => {
      const shared = isNew ? undefined : byDigest.get(sha256);
      return { path, bytes: shared ?? (await readFile(join(outputFolder, path))) };
    }),
  );
}
