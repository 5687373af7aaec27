import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { ZooError } from '../../errors.js';
import type { UploadSource } from './upload-blob.js';

interface FolderFile {
  /** With `/`, below the folder. */
  path: string;
  sizeBytes: number;
}

/**
 * A folder as one tar archive that is never written to disk: made once to take its digest, and again to send it. The same
 * files give the same bytes, whatever their dates and owners. Hidden files and links are left out.
 *
 * @throws ZooError FOLDER_INVALID when it holds no file.
 */
export async function tarFolderSource(folder: string): Promise<UploadSource & { fileCount: number }> {
  const files = await listFiles(folder);
  if (files.length === 0) {
    throw new ZooError('FOLDER_INVALID', `${folder} holds no file; expected pictures in a folder per class.`);
  }
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of Readable.from(tarChunks(folder, files))) {
    hash.update(chunk as Buffer);
    sizeBytes += (chunk as Buffer).length;
  }
  return {
    sha256: hash.digest('hex'),
    sizeBytes,
    fileCount: files.length,
    open: (start) => Readable.from(skip(tarChunks(folder, files), start), { objectMode: false }),
  };
}

async function listFiles(folder: string): Promise<FolderFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, sep).length).split(sep).join('/'))
    .filter((path) => !path.split('/').some((part) => part.startsWith('.')));
  // By code unit, not by locale: the archive's digest must not depend on the machine.
  paths.sort((first, second) => (first < second ? -1 : first > second ? 1 : 0));
  return Promise.all(paths.map(async (path) => ({ path, sizeBytes: (await stat(join(folder, path))).size })));
}

async function* tarChunks(folder: string, files: FolderFile[]): AsyncGenerator<Buffer> {
  const archive = pack();
  const written = writeEntries(archive, folder, files);
  // Its error reaches the reader through the archive; this only keeps it from being reported twice.
  written.catch((error: Error) => archive.destroy(error));
  for await (const chunk of archive) yield chunk as Buffer;
  await written;
}

async function writeEntries(
  archive: ReturnType<typeof pack>,
  folder: string,
  files: FolderFile[],
): Promise<void> {
  for (const { path, sizeBytes } of files) {
    const entry = archive.entry({ name: path, size: sizeBytes, mode: 0o644, mtime: new Date(0) });
    await pipeline(createReadStream(join(folder, path)), entry);
  }
  archive.finalize();
}

async function* skip(chunks: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const chunk of chunks) {
    if (left < chunk.length) yield left > 0 ? chunk.subarray(left) : chunk;
    left = Math.max(0, left - chunk.length);
  }
}
