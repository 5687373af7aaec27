import { readFile, readdir, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';

/** Where a model's files come from: a folder, an upload, the blobs of a version. Paths use `/`. */
export interface ModelFiles {
  list(): Promise<{ path: string; sizeBytes: number }[]>;
  /** The whole file. Only paths that `list` gave are asked for. */
  read(path: string): Promise<Uint8Array>;
}

/** One file of a model that was written. */
export interface ModelFile {
  path: string;
  bytes: Uint8Array;
}

/** The files of a folder and its subfolders. Links are not followed. */
export function filesOfFolder(folder: string): ModelFiles {
  return {
    async list() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile());
      return Promise.all(
        files.map(async (entry) => {
          const path = join(entry.parentPath, entry.name);
          const relative = path.slice(join(folder, '/').length).split(/[\\/]/).join(posix.sep);
          return { path: relative, sizeBytes: (await stat(path)).size };
        }),
      );
    },
    read: (path) => readFile(join(folder, path)),
  };
}

/** Files that are in memory. */
export function filesInMemory(files: readonly ModelFile[]): ModelFiles {
  const byPath = new Map(files.map((file) => [file.path, file.bytes]));
  return {
    list: () => Promise.resolve(files.map((file) => ({ path: file.path, sizeBytes: file.bytes.length }))),
    read(path) {
      const bytes = byPath.get(path);
      return bytes === undefined ? Promise.reject(new Error(`no file ${path}`)) : Promise.resolve(bytes);
    },
  };
}

/** All files, each read whole. */
export async function readModelFiles(files: ModelFiles): Promise<ModelFile[]> {
  const listed = await files.list();
  return Promise.all(listed.map(async ({ path }) => ({ path, bytes: await files.read(path) })));
}
