import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { filesOfFolder, type ModelFile } from '../../learning/tfjs-layers/model-files.js';
import { hashBytes, hashFile } from '../../learning/sha256.js';

/** A file of the version that a run makes. */
export interface VersionFileFact {
  /** Within the version, with `/`. */
  path: string;
  sha256: string;
  sizeBytes: number;
  /** False: the base version has a file with the same bytes, so it was not written again. */
  isNew: boolean;
}

/**
 * Writes a version's files to a folder, except those whose bytes the base version already has under any name: a frozen
 * layer is stored once, however many models stand on it.
 */
export async function writeVersionFiles(
  files: readonly ModelFile[],
  baseFolder: string,
  outputFolder: string,
): Promise<VersionFileFact[]> {
  const ofBase = new Set((await filesWithDigests(baseFolder)).map(({ sha256 }) => sha256));
  const facts: VersionFileFact[] = [];
  for (const { path, bytes } of files) {
    const sha256 = hashBytes(bytes);
    const isNew = !ofBase.has(sha256);
    facts.push({ path, sha256, sizeBytes: bytes.length, isNew });
    if (!isNew) continue;
    const target = join(outputFolder, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
  }
  return facts;
}

/** The files of a folder, and what they are. */
export async function filesWithDigests(
  folder: string,
): Promise<{ path: string; sha256: string; sizeBytes: number }[]> {
  const files = await filesOfFolder(folder).list();
  return Promise.all(files.map(async ({ path }) => ({ path, ...(await hashFile(join(folder, path))) })));
}
