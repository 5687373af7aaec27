import { createHash, randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BlobAddress } from '../../src/zoo/object-store/object-store.js';
import { createTestStore, type TestStore } from '../support/store.js';

describe('local store', () => {
  let test: TestStore;
  let folder: string;
  beforeEach(async () => {
    test = await createTestStore('local');
    folder = test.folder ?? '';
  });
  afterEach(() => test.close());

  it('keeps a blob under its digest, as a plain file', async () => {
    const bytes = randomBytes(1000);
    const { sha256 } = await put(bytes);
    const path = join(folder, 'blobs/sha256', sha256.slice(0, 2), sha256.slice(2, 4), sha256);
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it('writes a damaged blob anew when the bytes are sent again', async () => {
    const bytes = randomBytes(1000);
    const { sha256 } = await put(bytes);
    const path = join(folder, 'blobs/sha256', sha256.slice(0, 2), sha256.slice(2, 4), sha256);
    await writeFile(path, bytes.subarray(0, 10));
    await put(bytes);
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it('drops, when opened, the files of processes that are gone, and keeps those of processes that run', async () => {
    const gone = spawn(process.execPath, ['-e', '']);
    await once(gone, 'exit');
    const id = '0b5c7f8e-0d55-4a59-9a35-3f5a2b1f6d11';
    const dead = `${hostname()}.${String(gone.pid)}.${id}.temporary`;
    const alive = `${hostname()}.${process.pid}.${id}.temporary`;
    const elsewhere = `another.host.example.${String(gone.pid)}.${id}.temporary`;
    for (const name of [dead, alive, elsewhere]) await writeFile(join(folder, 'uploads', name), 'x');
    await test.reopen();
    expect((await readdir(join(folder, 'uploads'))).sort()).toEqual([alive, elsewhere].sort());
  });

  it('drops what nobody has touched for a day', async () => {
    const names = [
      'old.partial',
      'new.partial',
      `another.host.1.0b5c7f8e-0d55-4a59-9a35-3f5a2b1f6d11.temporary`,
    ];
    for (const name of names) await writeFile(join(folder, 'uploads', name), 'x');
    const dayAgo = new Date(Date.now() - 25 * 60 * 60 * 1000);
    for (const name of [names[0], names[2]])
      await utimes(join(folder, 'uploads', name ?? ''), dayAgo, dayAgo);
    await test.store.sweep();
    expect(await readdir(join(folder, 'uploads'))).toEqual(['new.partial']);
  });

  it('leaves nothing under a blob’s name when its process is killed in the middle of an upload', async () => {
    const script = `
      import { Readable } from 'node:stream';
      import { LocalStore } from ${JSON.stringify(new URL('../../dist/zoo/object-store/local-store.js', import.meta.url).href)};
      const store = await LocalStore.open(${JSON.stringify(folder)});
      const endless = Readable.from((async function* () {
        yield Buffer.alloc(3 * 1024 * 1024);
        process.stdout.write('written');
        await new Promise((resolve) => setTimeout(resolve, 1e9));
      })(), { objectMode: false });
      await store.put(endless, { sha256: '${'a'.repeat(64)}', sizeBytes: 4 * 1024 * 1024 });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    expect(await readdir(join(folder, 'uploads'))).toHaveLength(1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const reopened = await test.reopen();
    expect(await reopened.sizeOf('a'.repeat(64))).toBeUndefined();
    expect(await readdir(join(folder, 'uploads'))).toEqual([]);
  });

  it('has no links to hand out', async () => {
    const { sha256 } = await put(randomBytes(10));
    expect(await test.store.presignedGet(sha256, 60)).toBeUndefined();
  });

  it('says what is wrong with its folder, and not where that is', async () => {
    // A file in the place of a folder stops every user, root included.
    const { sha256, sizeBytes } = addressOf(Buffer.from('blob'));
    await mkdir(join(folder, 'blobs/sha256'), { recursive: true });
    await writeFile(join(folder, 'blobs/sha256', sha256.slice(0, 2)), '');
    const error: unknown = await test.store
      .put(Readable.from([Buffer.from('blob')]), { sha256, sizeBytes })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(String(error)).not.toContain(folder);
    await expect(test.store.sizeOf(sha256)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it('fails its check when its folder is gone', async () => {
    await test.store.check();
    await rm(folder, { recursive: true });
    await expect(test.store.check()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  async function put(bytes: Buffer): Promise<BlobAddress> {
    const address = addressOf(bytes);
    await test.store.put(Readable.from([bytes]), address);
    return address;
  }
});

function addressOf(bytes: Buffer): BlobAddress {
  return { sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length };
}
