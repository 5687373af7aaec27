import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadTfjsLayers } from '../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { filesOfFolder } from '../../src/learning/tfjs-layers/model-files.js';
import { parseNodeId } from '../../src/schema/node-id.js';
import { emptyFolder, runZoo } from '../cli/run-zoo.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { publishTinyModel, sha256Of } from '../support/tiny-model.js';
import { paintedPng } from './pictures.js';
import { publishWithReports } from './publish-reports.js';

interface Report {
  name: string;
  title: string;
  kind: string;
  columns: string[] | null;
  rows: unknown[][] | null;
  alt: string | null;
  url: string;
}

const query = `query ($name: String!) { model(owner: "owner", name: $name) { versions(first: 5) { nodes {
  number reports { name title kind columns rows alt url } files { path sha256 url } } } } }`;

let server: TestServer;
let owner: { token: string };
let stranger: { token: string };
let versionId: string;

beforeAll(async () => {
  server = await startTestServer();
  owner = await server.signUp('owner');
  stranger = await server.signUp('stranger');
  const { modelId } = await publishTinyModel(server, { name: 'private-net', token: owner.token });
  const png = await paintedPng();
  versionId = await publishWithReports(
    server,
    modelId,
    (reports) => {
      reports.table('layers', {
        title: 'By layer',
        columns: ['Layer', 'Accuracy'],
        rows: [
          ['conv1', 0.123456789],
          ['conv2', null],
          ['Ünïcode “quotes” <b>', -1e-9],
        ],
      });
      reports.picture('dots', { title: 'Dots', png, alt: 'Red dots' });
    },
    owner.token,
  );
});
afterAll(() => server.close());

async function versionsOf(name: string, token: string | null) {
  const answer = await server.graphql<{
    model: {
      versions: {
        nodes: {
          number: number;
          reports: Report[];
          files: { path: string; sha256: string; url: string }[];
        }[];
      };
    } | null;
  }>(query, { name }, token);
  expect(answer.errors).toBeUndefined();
  return answer.data?.model?.versions.nodes;
}

const get = (path: string, token: string): Promise<Response> =>
  fetch(server.url + path, { headers: { authorization: `Bearer ${token}` } });

describe('the reports of a version', () => {
  test('are listed with it, numbers and words as they were reported; versions without have none', async () => {
    const versions = await versionsOf('private-net', owner.token);
    expect(versions?.map(({ number, reports }) => [number, reports])).toEqual([
      [
        2,
        [
          {
            name: 'dots',
            title: 'Dots',
            kind: 'PICTURE',
            columns: null,
            rows: null,
            alt: 'Red dots',
            url: '/models/owner/private-net/resolve/2/reports/dots.png',
          },
          {
            name: 'layers',
            title: 'By layer',
            kind: 'TABLE',
            columns: ['Layer', 'Accuracy'],
            rows: [
              ['conv1', 0.123456789],
              ['conv2', null],
              ['Ünïcode “quotes” <b>', -1e-9],
            ],
            alt: null,
            url: '/models/owner/private-net/resolve/2/reports/layers.json',
          },
        ],
      ],
      [1, []],
    ]);
  });

  test('are files of the version, with its digests', async () => {
    const [version] = (await versionsOf('private-net', owner.token)) ?? [];
    const paths = version?.files.map(({ path }) => path).filter((path) => path.startsWith('reports/'));
    expect(paths).toEqual(['reports/dots.json', 'reports/dots.png', 'reports/layers.json']);
    for (const { url } of version?.reports ?? []) {
      const answer = await get(url, owner.token);
      const bytes = Buffer.from(await answer.arrayBuffer());
      expect(answer.status).toBe(200);
      expect(sha256Of(bytes)).toBe(version?.files.find((file) => file.url === url)?.sha256);
      expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
      if (url.endsWith('.png')) {
        expect(answer.headers.get('content-type')).toBe('image/png');
        expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', width: 12, height: 8 });
      } else {
        expect(JSON.parse(bytes.toString())).toMatchObject({ kind: 'table', title: 'By layer' });
      }
    }
  });

  test('are seen by those who see the version, and by nobody else', async () => {
    expect(await versionsOf('private-net', stranger.token)).toBeUndefined();
    expect(await versionsOf('private-net', null)).toBeUndefined();
    const answer = await get('/models/owner/private-net/resolve/2/reports/dots.png', stranger.token);
    expect(answer.status).toBe(404);
  });

  test('of many versions are listed with as many questions to the database as those of one', async () => {
    const asked = async (first: number): Promise<number> => {
      const { driver } = server.zoo.database;
      const runner = Object.getPrototypeOf(driver.createQueryRunner('master')) as {
        query(...args: unknown[]): unknown;
      };
      const { query: real } = runner;
      let count = 0;
      runner.query = function (...args) {
        count += 1;
        return real.apply(this, args);
      };
      try {
        const answer = await server.graphql(
          `{ model(owner: "owner", name: "private-net") { versions(first: ${first}) { nodes { reports { rows } } } } }`,
          {},
          owner.token,
        );
        expect(answer.errors).toBeUndefined();
      } finally {
        runner.query = real;
      }
      return count;
    };
    const one = await asked(1);
    expect(one).toBeGreaterThan(0);
    expect(await asked(2)).toBe(one);
  });
});

describe('on the command line', () => {
  const zoo = (...args: string[]) =>
    runZoo(args, { environment: { ZOO_URL: server.url, ZOO_TOKEN: owner.token } });

  test('`zoo show` names them', async () => {
    const shown = await zoo('show', 'owner/private-net');
    expect(shown.stdout).toMatch(/report +Dots \(picture\)\n +report +By layer \(table\)/);
  });

  test('they are pulled with the version, which still loads; pushed again they are files and no reports', async () => {
    const folder = join(emptyFolder(), 'pulled');
    expect((await zoo('pull', 'owner/private-net', folder)).code).toBe(0);
    expect((await readdir(join(folder, 'reports'))).sort()).toEqual(['dots.json', 'dots.png', 'layers.json']);
    expect(JSON.parse(await readFile(join(folder, 'reports/dots.json'), 'utf8'))).toEqual({
      name: 'dots',
      kind: 'picture',
      title: 'Dots',
      alt: 'Red dots',
    });
    await expect(loadTfjsLayers(filesOfFolder(folder))).resolves.toMatchObject({ name: 'tiny' });
    expect(await zoo('push', folder, 'owner/again')).toMatchObject({ code: 0 });
    const [again] = (await versionsOf('again', owner.token)) ?? [];
    expect(again?.reports).toEqual([]);
    expect(again?.files.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['reports/dots.json', 'reports/dots.png', 'reports/layers.json']),
    );
  });
});

test('go with their version', async () => {
  const { database } = server.zoo;
  const id = parseNodeId(versionId)?.rowId;
  const left = async (): Promise<unknown> =>
    database.query(`SELECT name FROM version_reports WHERE version_id = $1 ORDER BY name`, [id]);
  expect(await left()).toEqual([{ name: 'dots' }, { name: 'layers' }]);
  await database.query(`DELETE FROM model_versions WHERE id = $1`, [id]);
  expect(await left()).toEqual([]);
});
