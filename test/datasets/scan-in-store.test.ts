import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scanArchive } from '../../src/learning/datasets/scan-archive.js';
import { leaveOut } from '../support/left-out.js';
import { createTestStore, storeNames, type StoreName, type TestStore } from '../support/store.js';
import { tarGzOf, tarOf, zipOf, type Files } from './archives.js';

const files: Files = Object.fromEntries(
  Array.from({ length: 600 }, (_, index) => [`class-${index % 3}/${index}.jpg`, Buffer.alloc(3000, index)]),
);

for (const { name, remedy } of storeNames) {
  if (remedy === undefined) describe(`an archive in the ${name} store`, () => scansWhereItLies(name));
  else leaveOut(`scan of archives in ${name}`, remedy);
}

function scansWhereItLies(name: StoreName): void {
  let opened: TestStore;
  beforeAll(async () => {
    opened = await createTestStore(name);
  });
  afterAll(() => opened.close());

  it.each([
    ['zip', () => Promise.resolve(zipOf(files)), 5],
    ['tar', () => tarOf(files), 2],
    ['tar.gz', () => tarGzOf(files), 2],
  ])('is scanned where it lies, by few reads: %s', async (kind, archive, mostReads) => {
    const bytes = await archive();
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await opened.store.put(Readable.from([bytes]), { sha256, sizeBytes: bytes.byteLength });
    let reads = 0;
    const source = {
      sizeBytes: bytes.byteLength,
      read: (range?: { start: number; end: number }) => {
        reads += 1;
        return opened.store.read(sha256, range);
      },
    };
    expect(await scanArchive(source)).toMatchObject({ kind, imageCount: 600, perClass: [200, 200, 200] });
    expect(reads).toBeLessThanOrEqual(mostReads);
  });
}
