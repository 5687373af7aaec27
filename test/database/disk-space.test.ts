import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { checkFreeSpace, freeSpace } from '../../src/zoo/disk-space.js';

test('a folder with enough space passes', async () => {
  expect(await freeSpace(tmpdir())).toBeGreaterThan(0);
  await expect(checkFreeSpace(tmpdir(), 1)).resolves.toBeUndefined();
});

test('a folder with too little is refused with both figures and the way out, and without its path', async () => {
  const refused = checkFreeSpace(tmpdir(), 2 ** 52);
  await expect(refused).rejects.toMatchObject({
    code: 'DISK_NEARLY_FULL',
    details: { minBytes: 2 ** 52, freeBytes: expect.any(Number) as number },
  });
  await expect(refused).rejects.toThrow(
    /\d+ MB are free, 4294967296 MB are needed\. .*ZOO_MIN_FREE_DISK_BYTES/,
  );
  await expect(refused).rejects.not.toThrow(tmpdir());
});
