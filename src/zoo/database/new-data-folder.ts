import { PGlite } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { extract, pack } from 'tar-stream';

/**
 * The folder of a new embedded database appears whole or not at all: it is made beside its place and renamed.
 * PGlite takes seconds to make one, so the build keeps an empty one of the same version; unpacking that takes a tenth.
 */
export const extensions = { pg_trgm };

/** Empty data folder that the build makes, named after the PGlite that made it: another version never reads it. */
export const templatePath = new URL(
  `../../../dist/empty-database-${pgliteVersion()}.tar.gz`,
  import.meta.url,
);

/** Makes `folder` unless it is there. The caller holds the lock on the data folder around it. */
export async function makeDataFolder(folder: string, template: URL = templatePath): Promise<void> {
  if (existsSync(folder)) return;
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  if (existsSync(template)) await unpack(template, unfinished);
  else await createEmpty(unfinished);
  await rename(unfinished, folder);
}

/** Makes the template, if it is not there. @returns whether it was made now. */
export async function makeTemplate(template: URL = templatePath): Promise<boolean> {
  if (existsSync(template)) return false;
  const folder = new URL(`${template.href}.folder`);
  const unfinished = new URL(`${template.href}.unfinished`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  await createEmpty(folder.pathname);
  const archive = pack();
  const written = pipeline(archive, createGzip(), createWriteStream(unfinished));
  for await (const path of pathsBelow(folder.pathname)) {
    const name = relative(folder.pathname, path);
    const facts = await stat(path);
    if (facts.isDirectory()) archive.entry({ name, type: 'directory' });
    else await pipeline(createReadStream(path), archive.entry({ name, size: facts.size }));
  }
  archive.finalize();
  await written;
  await rename(unfinished, template);
  await rm(folder, { recursive: true });
  return true;
}

async function createEmpty(folder: string): Promise<void> {
  const database = await PGlite.create({ dataDir: folder, extensions });
  await database.close();
}

async function unpack(template: URL, folder: string): Promise<void> {
  const entries = extract();
  const reading = pipeline(createReadStream(template), createGunzip(), entries);
  for await (const entry of entries) {
    const path = join(folder, entry.header.name);
    if (entry.header.type === 'directory') {
      await mkdir(path, { recursive: true, mode: 0o700 });
      entry.resume();
    } else {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await pipeline(entry, createWriteStream(path, { mode: 0o600 }));
    }
  }
  await reading;
}

async function* pathsBelow(folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    yield path;
    if (entry.isDirectory()) yield* pathsBelow(path);
  }
}

function pgliteVersion(): string {
  const require = createRequire(import.meta.url);
  let folder = dirname(require.resolve('@electric-sql/pglite'));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return (require(join(folder, 'package.json')) as { version: string }).version;
}
