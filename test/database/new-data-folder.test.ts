import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extensions, makeDataFolder, makeTemplate } from '../../src/zoo/database/new-data-folder.js';

let folder: string;
let template: URL;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoo-new-data-folder-'));
  template = pathToFileURL(join(folder, 'template.tar.gz'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a new data folder', () => {
  it('is made by PGlite where the build left no template', async () => {
    const made = join(folder, 'without');
    await makeDataFolder(made, template);
    expect(await answers(made)).toBe(42);
  });

  it('is unpacked from the template, for this user alone, and works as one that PGlite made', async () => {
    expect(await makeTemplate(template)).toBe(true);
    expect(await makeTemplate(template)).toBe(false);
    const made = join(folder, 'with');
    await makeDataFolder(made, template);
    expect((await stat(made)).mode & 0o777).toBe(0o700);
    expect((await stat(join(made, 'PG_VERSION'))).mode & 0o777).toBe(0o600);
    expect((await readdir(made)).sort()).toEqual((await readdir(join(folder, 'without'))).sort());
    expect(await answers(made)).toBe(42);
  });

  it('takes the place of one that a killed start left unfinished', async () => {
    const made = join(folder, 'after-kill');
    await mkdir(`${made}.unfinished/base`, { recursive: true });
    await writeFile(join(`${made}.unfinished`, 'PG_VERSION'), '99');
    await makeDataFolder(made, template);
    expect(existsSync(`${made}.unfinished`)).toBe(false);
    expect(await answers(made)).toBe(42);
  });

  it('is left alone once it is there', async () => {
    const made = join(folder, 'with');
    const database = await PGlite.create({ dataDir: made, extensions });
    await database.exec('CREATE TABLE kept (value int); INSERT INTO kept VALUES (7)');
    await database.close();
    await makeDataFolder(made, template);
    const again = await PGlite.create({ dataDir: made, extensions });
    expect((await again.query('SELECT value FROM kept')).rows).toEqual([{ value: 7 }]);
    await again.close();
  });
});

async function answers(dataDir: string): Promise<number | undefined> {
  const database = await PGlite.create({ dataDir, extensions });
  const { rows } = await database.query<{ answer: number }>('SELECT 40 + 2 AS answer');
  await database.close();
  return rows[0]?.answer;
}
