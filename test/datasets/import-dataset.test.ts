import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { DatasetManifest } from '../../src/learning/dataset-manifest.js';
import { readDatasetFolder } from '../../src/learning/datasets/dataset-folder.js';
import { leaveOut } from '../support/left-out.js';
import { tarGzOf, tarOf, zipOf, zipWith, type Files } from './archives.js';
import { classFolders, jpegPicture, picture } from './pictures.js';
import { useImports } from './use-imports.js';

const { folder, importing } = useImports();

const counts = ({ splits }: DatasetManifest) =>
  [splits.train, splits.validation, splits.test].map((s) => s.imageCount);

async function digests(outputFolder: string): Promise<Record<string, string>> {
  const paths = await readdir(outputFolder, { recursive: true, withFileTypes: true });
  const files = paths.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  const entries = files.sort().map(async (path) => {
    const digest = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    return [path.slice(outputFolder.length + 1), digest] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function isTarInstalled(): boolean {
  try {
    execFileSync('tar', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('a data set in', () => {
  it('keeps the original bytes of every picture at the offsets of the index', async () => {
    const files = await classFolders(['dress', 'hat'], 6);
    files['hat/naïve ☂ '.padEnd(120, 'x') + '.png'] = await picture(77);
    const { manifest, index, outputFolder } = await importing(await tarOf(files), { shardBytes: 20_000 });
    expect(manifest).toMatchObject({
      task: 'image-classification',
      classes: ['dress', 'hat'],
      rejectedCount: 0,
    });
    expect(index.shards.length).toBeGreaterThan(1);
    expect(index.images).toHaveLength(13);

    const data = await readDatasetFolder(outputFolder);
    for (const image of data.index.images) {
      expect(await data.read(image)).toEqual(files[image.path]);
      expect(image).toMatchObject({ width: 64, height: 48, nearDuplicate: false });
    }
    await data.close();
  });

  if (isTarInstalled()) {
    it('writes shards that the usual tar unpacks', async () => {
      const files = await classFolders(['dress', 'hat'], 6);
      files['hat/naïve ☂ '.padEnd(120, 'x') + '.png'] = await picture(77);
      const { index, outputFolder } = await importing(await tarOf(files), { shardBytes: 20_000 });
      const unpacked = await mkdtemp(join(folder(), 'unpacked-'));
      for (const shard of index.shards)
        execFileSync('tar', ['xf', join(outputFolder, shard), '-C', unpacked]);
      for (const [path, content] of Object.entries(files))
        expect(await readFile(join(unpacked, path))).toEqual(content);
    });
  } else {
    leaveOut('shards in the usual tar', 'put tar on the PATH.');
  }

  it('writes the same bytes for the same pictures, however they are packed and however many are read at once', async () => {
    const files = await classFolders(['a', 'b', 'c'], 8);
    const reversed = Object.fromEntries(Object.entries(files).reverse());
    const deflated = Object.entries(files).map(([name, content]) => ({
      name,
      content,
      method: 'deflated' as const,
    }));
    const outputs = [
      await importing(await tarOf(files), { threads: 1 }),
      await importing(await tarOf(reversed), { threads: 4 }),
      await importing(await tarGzOf(files)),
      await importing(zipWith(deflated)),
    ];
    const [first, ...others] = await Promise.all(outputs.map(({ outputFolder }) => digests(outputFolder)));
    expect(Object.keys(first ?? {})).toEqual(['index.json', 'report.json', 'shards/00000.tar']);
    for (const other of others) expect(other).toEqual(first);
    for (const { manifest } of outputs) expect(manifest).toEqual(outputs[0]?.manifest);
  });

  it('keeps given splits', async () => {
    const files = await classFolders(['a', 'b'], 4, { prefix: 'train/' });
    Object.assign(files, await classFolders(['a', 'b'], 2, { prefix: 'validation/', firstSeed: 50 }));
    Object.assign(files, await classFolders(['a', 'b'], 3, { prefix: 'test/', firstSeed: 80 }));
    const { manifest, index } = await importing(zipOf(files));
    expect(manifest.splitSource).toBe('given');
    expect(counts(manifest)).toEqual([8, 4, 6]);
    for (const { path, split } of index.images) expect(path.startsWith(`${split}/`)).toBe(true);
  });

  it('carves a validation split out of train where only train and test are given', async () => {
    const files = await classFolders(['a', 'b'], 20, { prefix: 'train/' });
    Object.assign(files, await classFolders(['a', 'b'], 3, { prefix: 'test/', firstSeed: 80 }));
    const { manifest, index } = await importing(await tarOf(files));
    expect(counts(manifest)).toEqual([36, 4, 6]);
    expect(manifest.splits.validation.perClass).toEqual([2, 2]);
    const test = index.images.filter(({ split }) => split === 'test');
    expect(test.every(({ path }) => path.startsWith('test/'))).toBe(true);
  });

  it('splits class by class under a seed where no splits are given', async () => {
    const files = await classFolders(['a', 'b'], 20);
    const archive = await tarOf(files);
    const splitsOf = async (seed: number) => {
      const { manifest, index } = await importing(archive, { options: { seed } });
      expect(manifest).toMatchObject({ splitSource: 'stratified', seed });
      expect(manifest.splits.train.perClass).toEqual([16, 16]);
      expect(manifest.splits.validation.perClass).toEqual([2, 2]);
      expect(manifest.splits.test.perClass).toEqual([2, 2]);
      return index.images.map(({ path, split }) => `${split} ${path}`).sort();
    };
    const first = await splitsOf(1);
    expect(await splitsOf(1)).toEqual(first);
    expect(await splitsOf(2)).not.toEqual(first);
  });

  it('splits anew where that is asked for', async () => {
    const files = await classFolders(['a', 'b'], 20, { prefix: 'train/' });
    Object.assign(files, await classFolders(['a', 'b'], 10, { prefix: 'test/', firstSeed: 80 }));
    const { manifest } = await importing(await tarOf(files), {
      options: { splits: 'stratified', testFraction: 0.2 },
    });
    expect(manifest.splitSource).toBe('stratified');
    expect(counts(manifest)).toEqual([42, 6, 12]);
  });

  it('reads labels from a table', async () => {
    const files: Files = {};
    const rows = ['file_name,label,split'];
    for (let index = 0; index < 9; index += 1) {
      files[`pictures/${index}.jpg`] = await jpegPicture(index);
      rows.push(
        `pictures/${index}.jpg,${index % 2 === 0 ? 'even' : 'odd'},${index < 5 ? 'train' : index < 7 ? 'val' : 'test'}`,
      );
    }
    files['metadata.csv'] = rows.join('\n');
    const { manifest } = await importing(await tarGzOf(files));
    expect(manifest.classes).toEqual(['even', 'odd']);
    expect(counts(manifest)).toEqual([5, 2, 2]);
  });

  it('reports progress by phases that end, and leaves nothing but the data set behind', async () => {
    const seen: [string, number, number][] = [];
    const { outputFolder } = await importing(await tarGzOf(await classFolders(['a', 'b'], 3)), {
      progress: (...step) => seen.push(step),
    });
    const phases = [...new Set(seen.map(([phase]) => phase))];
    expect(phases).toEqual([
      'reading the archive',
      'checking pictures',
      'comparing pictures',
      'writing shards',
    ]);
    for (const phase of phases) {
      const last = seen.findLast((step) => step[0] === phase);
      expect(last?.[1]).toBe(last?.[2]);
    }
    expect((await readdir(outputFolder)).sort()).toEqual(['index.json', 'report.json', 'shards']);
  });

  it('stops when aborted', async () => {
    const controller = new AbortController();
    const archive = await tarOf(await classFolders(['a', 'b'], 10));
    const stopped = importing(archive, {
      signal: controller.signal,
      progress: (phase, done) => {
        if (phase === 'checking pictures' && done === 3) controller.abort(new Error('cancelled'));
      },
    });
    await expect(stopped).rejects.toThrow('cancelled');
  });

  it('refuses to fill the disk', async () => {
    const request = { keepFreeBytes: Number.MAX_SAFE_INTEGER };
    const files = await classFolders(['a', 'b'], 2);
    await expect(importing(await tarOf(files), request)).rejects.toMatchObject({ code: 'DISK_NEARLY_FULL' });
    await expect(importing(await tarGzOf(files), request)).rejects.toMatchObject({
      code: 'DISK_NEARLY_FULL',
    });
  });

  it('refuses what the scan refuses', async () => {
    await expect(importing(Buffer.from('no archive'))).rejects.toMatchObject({ code: 'ARCHIVE_UNREADABLE' });
    const gz = await tarGzOf(await classFolders(['a', 'b'], 2));
    await expect(importing(gz.subarray(0, gz.byteLength / 2))).rejects.toMatchObject({
      code: 'ARCHIVE_UNREADABLE',
    });
  });
});

describe('near-duplicates', () => {
  it('across given splits are flagged in the later one, with the closest pair; others are not', async () => {
    const files: Files = await classFolders(['a', 'b'], 6, { prefix: 'train/' });
    Object.assign(files, await classFolders(['a', 'b'], 4, { prefix: 'test/', firstSeed: 500 }));
    files['train/a/0.png'] = await picture(900, { width: 160, height: 120 });
    const original = sharp(files['train/a/0.png']);
    files['test/a/smaller.jpg'] = await original.clone().resize(100).jpeg({ quality: 70 }).toBuffer();
    files['test/b/brighter.webp'] = await original.clone().modulate({ brightness: 1.1 }).webp().toBuffer();
    files['test/b/same.png'] = files['train/b/1.png'] ?? '';
    const { manifest, index, outputFolder } = await importing(await tarOf(files));
    const flagged = index.images.filter(({ nearDuplicate }) => nearDuplicate).map(({ path }) => path);
    expect(flagged).toEqual(['test/a/smaller.jpg', 'test/b/brighter.webp', 'test/b/same.png']);
    expect(manifest.nearDuplicateCount).toBe(3);
    expect(
      manifest.nearDuplicates.map(({ first, second, labelsDiffer }) => [first, second, labelsDiffer]),
    ).toEqual([
      ['train/a/0.png', 'test/a/smaller.jpg', false],
      ['train/a/0.png', 'test/b/brighter.webp', true],
      ['train/b/1.png', 'test/b/same.png', false],
    ]);
    expect(manifest.nearDuplicates[2]).toMatchObject({ distance: 0, splits: ['train', 'test'] });
    const report = JSON.parse(await readFile(join(outputFolder, 'report.json'), 'utf8')) as object;
    expect(report).toEqual({ rejected: [], nearDuplicates: manifest.nearDuplicates });
  });

  it('are found among real photographs, and photographs of like things are not taken for them', async () => {
    const photographs = new URL('../../examples/clothing-mini/images/', import.meta.url);
    const paths = (await readdir(photographs, { recursive: true }))
      .filter((path) => path.endsWith('.jpg'))
      .sort();
    const classes = ['pants', 't-shirt'];
    const files: Files = {};
    const copies: string[] = [];
    const seen = new Map<string, number>();
    for (const path of paths) {
      const name = classes.find((each) => path.includes(`${each}/`));
      if (name === undefined) continue;
      const bytes = await readFile(new URL(path, photographs));
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      files[`${count % 3 === 0 ? 'test' : 'train'}/${name}/${count}.jpg`] = bytes;
      if (count % 3 === 0 || count % 4 !== 0) continue;
      const { width } = await sharp(bytes).metadata();
      const copy = `test/${name}/copy-of-${count}.jpg`;
      files[copy] = await sharp(bytes)
        .resize(Math.round(width * 0.7))
        .jpeg({ quality: 60 })
        .toBuffer();
      copies.push(copy);
    }
    const { manifest } = await importing(await tarOf(files));
    expect(copies.length).toBeGreaterThan(8);
    expect(manifest.nearDuplicates.map(({ second }) => second).sort()).toEqual(copies.sort());
  });

  it('stay together where the zoo splits', async () => {
    const files: Files = {};
    for (const name of ['a', 'b']) {
      for (let index = 0; index < 12; index += 1) {
        const original = await picture(name === 'a' ? index : 100 + index);
        files[`${name}/${index}.png`] = original;
        files[`${name}/${index}-small.jpg`] = await sharp(original)
          .resize(50)
          .jpeg({ quality: 75 })
          .toBuffer();
      }
    }
    const { manifest, index } = await importing(await tarOf(files), {
      options: { testFraction: 0.25, validationFraction: 0.25 },
    });
    expect(manifest.nearDuplicateCount).toBe(0);
    expect(counts(manifest)).toEqual([24, 12, 12]);
    const splitOf = new Map(index.images.map(({ path, split }) => [path, split]));
    for (const [path, split] of splitOf)
      expect(splitOf.get(path.replace('.png', '-small.jpg')), path).toBe(split);
  });
});

describe('reading back', () => {
  it('refuses pictures and indexes that are not what was written', async () => {
    const { outputFolder } = await importing(await tarOf(await classFolders(['a', 'b'], 2)));
    const data = await readDatasetFolder(outputFolder);
    const [image] = data.index.images;
    if (image === undefined) throw new Error('no image');
    const shard = join(outputFolder, 'shards/00000.tar');
    const bytes = await readFile(shard);
    bytes[image.offset + 40] = (bytes[image.offset + 40] ?? 0) ^ 1;
    await writeFile(shard, bytes);
    await expect(data.read(image)).rejects.toMatchObject({ code: 'DATASET_DAMAGED' });
    await expect(data.read({ ...image, shard: 7 })).rejects.toMatchObject({ code: 'DATASET_DAMAGED' });
    await data.close();
    await writeFile(
      join(outputFolder, 'index.json'),
      '{"classes":[],"images":[],"shards":["../../etc/passwd"]}',
    );
    await expect(readDatasetFolder(outputFolder)).rejects.toMatchObject({ code: 'DATASET_DAMAGED' });
    await expect(readDatasetFolder(folder())).rejects.toMatchObject({ code: 'DATASET_DAMAGED' });
  });
});
