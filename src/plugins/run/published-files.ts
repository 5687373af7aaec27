import { ZooError } from '../../errors.js';
import { filesOfFolder, type ModelFiles } from '../../learning/tfjs-layers/model-files.js';
import { hashBytes } from '../../learning/sha256.js';
import { filesWithDigests } from './write-version-files.js';

/** Where the files of a version that a fit made lie. */
export interface PublishedPlaces {
  /** Files that are new. */
  outputFolder: string;
  /** Files of the base version. */
  baseFolder: string;
  /** What they are; left out: what they are now. */
  baseFiles?: readonly { path: string; sha256: string; sizeBytes: number }[];
}

/**
 * The files of a version as a fit claims it wrote them: those that lie in its output, and of the rest what the base has
 * under that digest. No path that was claimed is ever opened unless a folder lists it.
 *
 * @throws ZooError JOB_RESULT_INVALID from `read`, where a file of the base is not what it was
 */
export async function publishedFiles(
  claimed: readonly { path: string; sha256: string }[],
  { outputFolder, baseFolder, baseFiles: known }: PublishedPlaces,
): Promise<ModelFiles> {
  const output = filesOfFolder(outputFolder);
  const base = filesOfFolder(baseFolder);
  const written = new Map((await output.list()).map((file) => [file.path, file.sizeBytes]));
  const baseFiles = known ?? (await filesWithDigests(baseFolder));
  const ofBase = new Map(baseFiles.map((file) => [file.sha256, file]));
  const files = new Map<string, { sizeBytes: number; read(): Promise<Uint8Array> }>();
  for (const { path, sha256 } of claimed) {
    const writtenBytes = written.get(path);
    const shared = ofBase.get(sha256);
    if (writtenBytes !== undefined) {
      files.set(path, { sizeBytes: writtenBytes, read: () => output.read(path) });
    } else if (shared !== undefined) {
      const read = async () => requireDigest(await base.read(shared.path), sha256, path);
      files.set(path, { sizeBytes: shared.sizeBytes, read });
    }
  }
  return {
    list: () => Promise.resolve([...files].map(([path, { sizeBytes }]) => ({ path, sizeBytes }))),
    read: (path) => files.get(path)?.read() ?? Promise.reject(new Error(`no file ${path}`)),
  };
}

function requireDigest(bytes: Uint8Array, sha256: string, path: string): Uint8Array {
  if (hashBytes(bytes) === sha256) return bytes;
  throw new ZooError(
    'JOB_RESULT_INVALID',
    `The file ${JSON.stringify(path)} of the base model is not what it was; something changed it while the job ran.`,
  );
}
