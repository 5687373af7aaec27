import { Readable } from 'node:stream';
import { createGzip, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/error-codes.js';
import { bufferSource } from '../../src/learning/datasets/byte-source.js';
import { scanArchive } from '../../src/learning/datasets/scan-archive.js';
import { tarGzOf, tarOf, tarWith, zipOf, zipWith, type Files } from './archives.js';

// The scan decodes nothing, so a byte stands for a picture.
const good: Files = { 'dress/1.jpg': 'a', 'dress/2.jpg': 'b', 'hat/1.jpg': 'c', 'hat/2.jpg': 'd' };

const scan = (bytes: Buffer, options?: Parameters<typeof scanArchive>[1]) =>
  scanArchive(bufferSource(bytes), options);

function refusal(
  bytes: Buffer,
  code: ErrorCode,
  naming: string | RegExp,
  options?: Parameters<typeof scanArchive>[1],
) {
  return expect(scan(bytes, options)).rejects.toMatchObject({ code, message: expect.stringMatching(naming) });
}

describe('layouts', () => {
  it.each([
    ['zip', () => Promise.resolve(zipOf(good))],
    ['tar', () => tarOf(good)],
    ['tar.gz', () => tarGzOf(good)],
  ])('finds class folders in a %s', async (kind, archive) => {
    expect(await scan(await archive())).toEqual({
      kind,
      layout: 'class-folders',
      classes: ['dress', 'hat'],
      imageCount: 4,
      perClass: [2, 2],
      givenSplits: [],
      sizeBytes: 4,
    });
  });

  it('looks through folders that wrap everything and past files that are no pictures', async () => {
    const files: Files = {
      'my-data/2024/README.md': 'about',
      'my-data/2024/LICENSE': 'CC0',
      'my-data/2024/dress/.DS_Store': 'x',
      '__MACOSX/my-data/2024/dress/._1.jpg': 'x',
    };
    for (const [path, content] of Object.entries(good)) files[`my-data/2024/${path}`] = content;
    const found = await scan(await tarOf(files));
    expect(found).toMatchObject({ classes: ['dress', 'hat'], imageCount: 4 });
  });

  it('finds splits by the names people give them', async () => {
    const files: Files = {
      'Train/a/1.jpg': '1',
      'Train/a/2.jpg': '2',
      'Train/b/1.jpg': '3',
      'Train/b/2.jpg': '4',
    };
    Object.assign(files, {
      'val/a/3.jpg': '5',
      'val/b/3.jpg': '6',
      'test/a/4.jpg': '7',
      'test/b/4.jpg': '8',
    });
    const found = await scan(zipOf(files));
    expect(found).toMatchObject({
      layout: 'split-folders',
      givenSplits: ['train', 'validation', 'test'],
      perClass: [4, 4],
    });
  });

  it('takes a folder named like a split for a class where it holds pictures beside other classes', async () => {
    const found = await scan(
      zipOf({ 'train/1.jpg': 'a', 'train/2.jpg': 'b', 'bus/1.jpg': 'c', 'bus/2.jpg': 'd' }),
    );
    expect(found).toMatchObject({ layout: 'class-folders', classes: ['bus', 'train'] });
  });

  it('reads labels and splits from metadata.jsonl', async () => {
    const rows = ['a', 'b', 'c', 'd'].map((name, index) =>
      JSON.stringify({
        file_name: `pictures/${name}.jpg`,
        label: index < 2 ? 'dress' : 'hat',
        split: 'train',
      }),
    );
    const files: Files = { 'metadata.jsonl': rows.join('\n') };
    for (const name of 'abcd') files[`pictures/${name}.jpg`] = name;
    expect(await scan(await tarOf(files))).toMatchObject({
      layout: 'metadata-table',
      classes: ['dress', 'hat'],
      givenSplits: ['train'],
      imageCount: 4,
    });
  });

  it('reads labels from metadata.csv, quoted fields and byte order mark included', async () => {
    const table =
      '\uFEFFfile_name,label\r\n"a,1.jpg","big ""red"" hat"\r\nb.jpg,"big ""red"" hat"\r\nc.jpg,7\r\nd.jpg,7\r\n';
    const files: Files = { 'set/metadata.csv': table };
    for (const name of ['a,1', 'b', 'c', 'd']) files[`set/${name}.jpg`] = name;
    expect(await scan(zipOf(files))).toMatchObject({ classes: ['7', 'big "red" hat'], perClass: [2, 2] });
  });

  it('reads a table in each split folder, as the hubs have it', async () => {
    const files: Files = {};
    for (const split of ['train', 'test']) {
      files[`${split}/metadata.csv`] = 'file_name,label\n1.jpg,x\n2.jpg,y\n3.jpg,x\n4.jpg,y\n';
      for (const name of '1234') files[`${split}/${name}.jpg`] = split + name;
    }
    expect(await scan(await tarOf(files))).toMatchObject({
      givenSplits: ['train', 'test'],
      perClass: [4, 4],
    });
  });

  it('orders classes that are numbers by value', async () => {
    const files: Files = {};
    for (const name of ['10', '9', '1']) for (const file of '12') files[`${name}/${file}.png`] = file;
    expect((await scan(zipOf(files))).classes).toEqual(['1', '9', '10']);
  });

  it('takes equal names in different Unicode spellings for one class', async () => {
    const files = { 'caf\u00e9/1.jpg': '1', 'cafe\u0301/2.jpg': '2', 'tea/1.jpg': '3', 'tea/2.jpg': '4' };
    expect(await scan(await tarOf(files))).toMatchObject({ classes: ['caf\u00e9', 'tea'], perClass: [2, 2] });
  });
});

describe('data sets that cannot be used', () => {
  it('refuses classes with no or one picture, naming all of them', async () => {
    const tar = await tarWith([
      ...Object.entries({ ...good, 'shoe/1.jpg': 'x' }).map(([name, content]) => ({
        header: { name },
        content,
      })),
      { header: { name: 'sock/', type: 'directory' } },
    ]);
    await refusal(tar, 'DATASET_CLASS_TOO_SMALL', /"sock" \(no picture\).*"shoe" \(one picture\)/);
  });

  it('refuses a class without training picture', async () => {
    const files = {
      'train/a/1.jpg': '',
      'train/a/2.jpg': '',
      'test/a/3.jpg': '',
      'test/b/1.jpg': '',
      'test/b/2.jpg': '',
    };
    await refusal(zipOf(files), 'DATASET_CLASS_TOO_SMALL', /"b" \(no picture in train\)/);
  });

  it('refuses fewer than two classes', async () => {
    await refusal(
      zipOf({ 'dress/1.jpg': 'a', 'dress/2.jpg': 'b' }),
      'DATASET_CLASSES_MISSING',
      /one class, "dress"/,
    );
  });

  it('refuses an archive without pictures', async () => {
    await refusal(await tarOf({ 'README.md': 'nothing here' }), 'DATASET_LAYOUT_UNKNOWN', /no pictures/);
  });

  it('refuses pictures outside class folders, naming some', async () => {
    await refusal(zipOf({ ...good, 'loose.jpg': 'x' }), 'DATASET_LAYOUT_UNKNOWN', /"loose\.jpg"/);
    await refusal(
      zipOf({ 'train/1.jpg': 'a', 'test/2.jpg': 'b' }),
      'DATASET_LAYOUT_UNKNOWN',
      /"train\/1\.jpg"/,
    );
  });

  it('refuses split folders of unknown names', async () => {
    const files = { 'train/a/1.jpg': '', 'train/b/1.jpg': '', 'holdout/a/1.jpg': '', 'holdout/b/1.jpg': '' };
    await refusal(zipOf(files), 'DATASET_SPLITS_INVALID', /"holdout"/);
  });

  it('refuses a split column with unknown names', async () => {
    const table = 'file_name,label,split\n1.jpg,a,train\n2.jpg,a,train\n3.jpg,b,train\n4.jpg,b,later\n';
    await refusal(
      zipOf({ 'metadata.csv': table, '1.jpg': '', '2.jpg': '', '3.jpg': '', '4.jpg': '' }),
      'DATASET_SPLITS_INVALID',
      /"later"/,
    );
  });

  it('refuses splits without train, and given splits that are not there', async () => {
    const files = { 'test/a/1.jpg': '', 'test/a/2.jpg': '', 'val/b/1.jpg': '', 'val/b/2.jpg': '' };
    await refusal(zipOf(files), 'DATASET_SPLITS_INVALID', /no train/);
    await refusal(zipOf(good), 'DATASET_SPLITS_INVALID', /names none/, { splits: 'given' });
  });

  it('lists rows without picture, pictures without row and pictures with two rows', async () => {
    const table = 'file_name,label\na.jpg,x\nb.jpg,x\ngone.jpg,y\n./b.jpg,y\n';
    const archive = zipOf({ 'metadata.csv': table, 'a.jpg': '', 'b.jpg': '', 'extra.jpg': '' });
    await expect(scan(archive)).rejects.toMatchObject({
      code: 'DATASET_LABELS_MISMATCH',
      details: { filesMissing: ['gone.jpg'], filesWithoutRow: ['extra.jpg'], filesRepeated: ['b.jpg'] },
    });
  });

  it.each([
    ['metadata.jsonl', '{"file_name": "a.jpg"}\n', /Line 1 .* lacks label/],
    ['metadata.jsonl', '{"file_name": "a.jpg", "label": "x"}\nnonsense\n', /Line 2 .* not JSON/],
    ['metadata.csv', 'file_name,label\na.jpg\n', /Line 2 .* has 1 fields/],
    ['metadata.csv', 'file_name,label\n"a.jpg,x\n', /quote/],
    ['metadata.csv', '', /empty/],
  ])('names the line of %s that is wrong: %j', async (name, table, message) => {
    await refusal(await tarOf({ [name]: table, 'a.jpg': 'x' }), 'DATASET_LABELS_MISMATCH', message);
  });

  it('refuses tables where no table belongs', async () => {
    await refusal(
      zipOf({ ...good, 'dress/metadata.csv': 'file_name,label\n' }),
      'DATASET_LAYOUT_UNKNOWN',
      /tables at/,
    );
  });
});

describe('paths that climb out', () => {
  it.each([
    ['../outside.jpg', /climbs out/],
    ['dress/../../etc/passwd.jpg', /climbs out/],
    ['/etc/passwd.jpg', /absolute/],
    ['C:/windows/1.jpg', /drive letter/],
    ['dress\\..\\1.jpg', /backslash/],
    ['dress/\n1.jpg', /control character/],
  ])('refuses %j in tar and zip', async (name, why) => {
    await refusal(await tarOf({ ...good, [name]: 'x' }), 'ARCHIVE_ENTRY_UNSAFE', why);
    await refusal(zipOf({ ...good, [name]: 'x' }), 'ARCHIVE_ENTRY_UNSAFE', why);
  });

  it('refuses an endless path', async () => {
    await refusal(
      zipOf({ ...good, [`${'d/'.repeat(600)}1.jpg`]: 'x' }),
      'ARCHIVE_ENTRY_UNSAFE',
      /more than 1024 bytes/,
    );
  });

  it.each([
    ['symlink', 'symbolic link'],
    ['link', 'hard link'],
    ['character-device', 'character device'],
    ['block-device', 'block device'],
    ['fifo', 'fifo'],
  ] as const)('refuses a %s in a tar, naming it', async (type, words) => {
    const tar = await tarWith([
      { header: { name: 'dress/1.jpg', type, linkname: '/etc/passwd' } },
      { header: { name: 'dress/2.jpg' }, content: 'x' },
    ]);
    await refusal(tar, 'ARCHIVE_ENTRY_UNSAFE', new RegExp(`"dress/1.jpg" is a ${words}`));
  });

  it.each([
    [0o120777, /symbolic link/],
    [0o020666, /device or pipe/],
    [0o010666, /device or pipe/],
  ])('refuses a zip entry of Unix mode %o', async (mode, why) => {
    await refusal(
      zipWith([{ name: 'dress/1.jpg', content: '/etc/passwd', mode }]),
      'ARCHIVE_ENTRY_UNSAFE',
      why,
    );
  });

  it('refuses a path that stands in the archive twice', async () => {
    const twice = [
      { header: { name: 'dress/1.jpg' }, content: 'a' },
      { header: { name: './dress//1.jpg' }, content: 'b' },
    ];
    await refusal(await tarWith(twice), 'ARCHIVE_DUPLICATE_ENTRY', /"dress\/1\.jpg"/);
    const entries = [
      { name: 'dress/1.jpg', content: 'a' },
      { name: 'dress/1.jpg', content: 'b' },
    ];
    await refusal(zipWith(entries), 'ARCHIVE_DUPLICATE_ENTRY', /"dress\/1\.jpg"/);
  });

  it('refuses an archive within the archive', async () => {
    await refusal(zipOf({ ...good, 'more/inner.zip': zipOf(good) }), 'ARCHIVE_NESTED', /"more\/inner\.zip"/);
  });
});

describe('bombs and sizes', () => {
  const limits = { ratioFreeBytes: 1024 ** 2, maxTotalBytes: 64 * 1024 ** 2, maxEntryBytes: 32 * 1024 ** 2 };
  const zeros = Buffer.alloc(8 * 1024 ** 2);

  it('refuses a gzip bomb while it inflates', async () => {
    await refusal(gzipSync(await tarOf({ ...good, 'dress/3.jpg': zeros })), 'ARCHIVE_BOMB', /100 times/, {
      limits,
    });
  });

  it('stops a gzip bomb early: this one never ends', async () => {
    // Zeros forever: to a tar that is padding after its end.
    function* endless() {
      for (;;) yield zeros;
    }
    const packed = Readable.from(endless()).pipe(createGzip({ level: 1 }));
    const source = {
      sizeBytes: 512,
      read: (range?: object) =>
        Promise.resolve(
          range === undefined ? packed : Readable.from([Buffer.from('1f8b'.padEnd(1024, '0'), 'hex')]),
        ),
    };
    await expect(scanArchive(source, { limits })).rejects.toMatchObject({ code: 'ARCHIVE_BOMB' });
    packed.destroy();
  });

  it('refuses a zip entry that declares to unpack to far more than it is', async () => {
    const archive = zipWith([{ name: 'dress/1.jpg', content: zeros, method: 'deflated' }]);
    await refusal(archive, 'ARCHIVE_BOMB', /"dress\/1\.jpg" unpacks to 8388608 bytes/, { limits });
  });

  it('refuses zip entries that share their bytes', async () => {
    const content = Buffer.alloc(1000, 'x');
    const archive = zipWith([
      { name: 'dress/1.jpg', content },
      { name: 'dress/2.jpg', content, declared: { offset: 0 } },
    ]);
    await refusal(archive, 'ARCHIVE_BOMB', /share the same bytes/);
  });

  it.each(['tar', 'zip'])(
    'refuses too many entries, too large a file and too much in all in a %s',
    async (kind) => {
      const files = { ...good, 'dress/large.jpg': Buffer.alloc(5000) };
      const archive = kind === 'zip' ? zipOf(files) : await tarOf(files);
      await refusal(archive, 'ARCHIVE_TOO_LARGE', /more than 3 entries/, { limits: { maxEntries: 3 } });
      await refusal(archive, 'ARCHIVE_TOO_LARGE', /"dress\/large\.jpg" has 5000 bytes/, {
        limits: { maxEntryBytes: 4999 },
      });
      await refusal(archive, 'ARCHIVE_TOO_LARGE', /unpacks to more than 5000 bytes/, {
        limits: { maxTotalBytes: 5000 },
      });
    },
  );

  it('refuses a metadata table too large to read', async () => {
    const files = { 'metadata.csv': `file_name,label\n${'x'.repeat(2000)}`, 'a.jpg': '' };
    await refusal(await tarOf(files), 'ARCHIVE_TOO_LARGE', /metadata table/, {
      limits: { maxMetadataBytes: 1000 },
    });
  });

  it.each([['tar', tarOf] as const, ['zip', zipOf] as const])(
    'refuses metadata tables too large to read together, in a %s',
    async (_, pack) => {
      const table = `file_name,label\n${'x'.repeat(600)}`;
      const files = { 'train/metadata.csv': table, 'test/metadata.csv': table, 'train/a.jpg': '' };
      await refusal(await pack(files), 'ARCHIVE_TOO_LARGE', /metadata tables may have 1000 together/, {
        limits: { maxMetadataBytes: 1000 },
      });
    },
  );
});

describe('archives that cannot be read', () => {
  it.each([
    ['nothing', Buffer.alloc(0), /is empty/],
    ['text', Buffer.from('hello'.repeat(200)), /none of them/],
    ['xz', Buffer.from('fd377a585a00', 'hex'), /an xz file/],
    ['7z', Buffer.from('377abcaf271c', 'hex'), /a 7z archive/],
  ])('says what it got instead: %s', async (_, bytes, message) => {
    await refusal(bytes, 'ARCHIVE_UNREADABLE', message);
  });

  it('notices a tar cut off anywhere', async () => {
    const files = Object.fromEntries(Object.keys(good).map((path) => [path, Buffer.alloc(700, path)]));
    const tar = await tarOf(files);
    // Within a header, within a picture, within padding, and exactly between two entries.
    for (const end of [300, 512 + 100, 512 + 800, 512 + 1024, 2 * 1536, tar.byteLength - 1024]) {
      await refusal(tar.subarray(0, end), 'ARCHIVE_UNREADABLE', /cut off|none of them/);
    }
  });

  it('notices a tar.gz and a zip cut off anywhere', async () => {
    const files = Object.fromEntries(Object.keys(good).map((path) => [path, Buffer.alloc(700, path)]));
    const [gz, zip] = [await tarGzOf(files), zipOf(files)];
    for (const part of [0.3, 0.7, 0.99]) {
      await refusal(gz.subarray(0, gz.byteLength * part), 'ARCHIVE_UNREADABLE', /cut off/);
      await refusal(zip.subarray(0, zip.byteLength * part), 'ARCHIVE_UNREADABLE', /cut off/);
    }
  });

  it('notices a damaged tar header', async () => {
    const tar = Buffer.from(await tarOf(good));
    tar[1024] = 0x58;
    await refusal(tar, 'ARCHIVE_UNREADABLE', /damaged tar header/);
  });

  it('refuses encrypted entries and packing methods it does not know', async () => {
    await refusal(
      zipWith([{ name: 'a/1.jpg', content: 'x', declared: { flags: 1 } }]),
      'ARCHIVE_UNREADABLE',
      /encrypted/,
    );
    await refusal(
      zipWith([{ name: 'a/1.jpg', content: 'x', declared: { method: 93 } }]),
      'ARCHIVE_UNREADABLE',
      /method 93/,
    );
  });

  it('gives up when aborted', async () => {
    const aborted = AbortSignal.abort(new Error('enough'));
    await expect(scan(await tarOf(good), { signal: aborted })).rejects.toThrow('enough');
    await expect(scan(zipOf(good), { signal: aborted })).rejects.toThrow('enough');
  });

  it('passes on what is wrong with the source, not with the archive', async () => {
    const source = { sizeBytes: 4096, read: () => Promise.reject(new Error('the store is away')) };
    await expect(scanArchive(source)).rejects.toThrow('the store is away');
  });
});
