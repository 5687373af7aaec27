import { execute, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildZooSchema } from '../../src/schema/build-schema.js';
import { createContext } from '../../src/schema/context.js';
import { parseNodeId, toNodeId } from '../../src/schema/node-id.js';
import { authenticate } from '../../src/zoo/access/authenticate.js';
import { everyQuery } from '../support/every-query.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { publishTinyModel, publishVersion, tinyModelFiles } from '../support/tiny-model.js';

const schema = buildZooSchema();
const mark = 'hushhush';
let server: TestServer;
let owner: { token: string };
let stranger: { token: string };
let secretIds: { typeName: string; id: string }[];
let publicChildId: string;

/** A member's private model with versions, alias, child and job, and a public model that comes from the private one. */
beforeAll(async () => {
  server = await startTestServer();
  owner = await server.signUp('owner');
  stranger = await server.signUp('stranger');
  const { token } = owner;
  const hidden = await publishTinyModel(server, {
    name: `${mark}-model`,
    token,
    tags: [mark],
    card: `---\nlicense: mit\ntags: [${mark}]\n---\n${mark}`,
  });
  const second = await publishVersion(server, {
    modelId: hidden.modelId,
    files: [...tinyModelFiles({ seed: 2 }), { path: `${mark}.txt`, bytes: Buffer.from(mark) }],
    notes: mark,
    labels: [`${mark}-a`, `${mark}-b`],
    token,
  });
  await server.graphql(
    `mutation ($modelId: ID!) { setAlias(input: { modelId: $modelId, alias: "${mark}", version: 2 }) { __typename } }`,
    { modelId: hidden.modelId },
    token,
  );
  const shown = await publishTinyModel(server, {
    name: 'shown-child',
    token,
    visibility: 'PUBLIC',
    parent: { versionId: second },
  });
  publicChildId = shown.versionId;
  const rows = await insertHiddenRows(hidden.versionId, second);
  secretIds = [
    { typeName: 'Model', id: rowIdOf(hidden.modelId) },
    { typeName: 'ModelVersion', id: rowIdOf(hidden.versionId) },
    { typeName: 'ModelVersion', id: rowIdOf(second) },
    ...rows,
  ];
});
afterAll(async () => {
  await server.close();
});

/** A data set, its version and a job, as rows: what makes them is tested elsewhere. */
async function insertHiddenRows(
  versionId: string,
  child: string,
): Promise<{ typeName: string; id: string }[]> {
  const { database } = server.zoo;
  const insert = async (typeName: string, sql: string, parameters: unknown[]) => {
    const [row] = (await database.query(`${sql} RETURNING id`, parameters)) as { id: string }[];
    return { typeName, id: row?.id as string };
  };
  const [{ id: accountId }] = (await database.query(`SELECT id FROM accounts WHERE name = 'owner'`)) as [
    { id: string },
  ];
  const manifest = {
    task: 'image-classification',
    classes: [`${mark}-a`, `${mark}-b`],
    splits: Object.fromEntries(
      ['train', 'validation', 'test'].map((split) => [split, { imageCount: 2, perClass: [1, 1] }]),
    ),
    splitSource: 'given',
    seed: 1,
    rejected: [{ path: `${mark}.png`, code: 'IMAGE_UNREADABLE', reason: mark }],
    rejectedCount: 1,
    nearDuplicates: [],
    nearDuplicateCount: 0,
  };
  const dataset = await insert(
    'Dataset',
    `INSERT INTO datasets (owner_id, name, card, latest_number, tags) VALUES ($1, $2, $3, 1, $4)`,
    [accountId, `${mark}-data`, mark, [mark]],
  );
  const datasetVersion = await insert(
    'DatasetVersion',
    `INSERT INTO dataset_versions (dataset_id, number, manifest, image_count, size_bytes, digest, created_by)
     VALUES ($1, 1, $2, 6, 6, $3, $4)`,
    [dataset.id, JSON.stringify(manifest), 'f'.repeat(64), accountId],
  );
  const job = await insert(
    'Job',
    `INSERT INTO jobs (kind, state, launched_by, base_version_id, dataset_version_id, strategy, strategy_version, parameters, notes)
     VALUES ('FINE_TUNE', 'QUEUED', $1, $2, $3, 'feature-extraction-svm', '1.0.0', $4, $5)`,
    [accountId, rowIdOf(versionId), datasetVersion.id, JSON.stringify({ secret: mark }), mark],
  );
  for (const id of [rowIdOf(versionId), rowIdOf(child)]) {
    await database.query(
      `INSERT INTO version_reports (version_id, name, kind, title, columns, rows) VALUES ($1, $2, 'table', $3, $4, $5)`,
      [id, mark, mark, JSON.stringify([mark]), JSON.stringify([[mark]])],
    );
  }
  // The public child's edge names the hidden data set and job.
  await database.query(
    `UPDATE lineage_edges SET dataset_version_id = $1, job_id = $2 WHERE parent_version_id = $3`,
    [datasetVersion.id, job.id, rowIdOf(child)],
  );
  await database.query(`UPDATE model_versions SET job_id = $1 WHERE id = $2`, [
    job.id,
    rowIdOf(publicChildId),
  ]);
  const advice = await insertHiddenAdvice(insert, {
    accountId,
    datasetVersionId: datasetVersion.id,
    versionId: rowIdOf(versionId),
  });
  return [dataset, datasetVersion, job, ...advice];
}

type Insert = (
  typeName: string,
  sql: string,
  parameters: unknown[],
) => Promise<{ typeName: string; id: string }>;

/** An advice on the hidden data set: on the hidden model, and on the public one, whose profile now knows hidden pictures. */
async function insertHiddenAdvice(
  insert: Insert,
  {
    accountId,
    datasetVersionId,
    versionId,
  }: { accountId: string; datasetVersionId: string; versionId: string },
): Promise<{ typeName: string; id: string }[]> {
  const { database } = server.zoo;
  const job = await insert(
    'Job',
    `INSERT INTO jobs (kind, state, launched_by, dataset_version_id, parameters)
     VALUES ('ADVICE', 'COMPLETED', $1, $2, $3)`,
    [accountId, datasetVersionId, JSON.stringify({ models: [versionId], left: [], budgetSeconds: 60 })],
  );
  const scores = { nearestNeighbours: 0.5, hScore: null, logMe: null, probe: null };
  const model = {
    versionId,
    state: 'MEASURED',
    reason: mark,
    pictures: 2,
    picturesPerSecond: 1,
    seconds: 1,
    cuts: [
      {
        layer: mark,
        depth: 0.5,
        featureDim: 2,
        featureKey: 'hidden',
        isCandidate: true,
        pictures: 2,
        scores,
        statistics: null,
      },
    ],
    learningCurve: null,
    similarity: {
      peakLayer: mark,
      peakDepth: 0.5,
      lateGap: 0,
      batchNormShifts: [],
      batchNormShift: null,
      frechet: { layer: mark, datasetVersionId, distance: 1 },
    },
  };
  const measurements = {
    dataset: {
      classes: 2,
      train: 2,
      validation: 2,
      perClass: { smallest: 1, median: 1, largest: 1 },
      imbalance: 1,
      majorityShare: 0.5,
    },
    models: [model],
    rungs: [],
    budgetSeconds: 60,
    spentSeconds: 1,
    threads: 1,
  };
  const advice = await insert(
    'Advice',
    `INSERT INTO advices (job_id, dataset_version_id, summary, stays_linear, measurements, not_measured, corrections)
     VALUES ($1, $2, $3, true, $4, $5, $6)`,
    [
      job.id,
      datasetVersionId,
      mark,
      JSON.stringify(measurements),
      JSON.stringify([{ versionId, reason: mark }]),
      JSON.stringify({ [mark]: { outcomes: 1, shift: 0, scale: 1 } }),
    ],
  );
  const promised = JSON.stringify({ value: 0.5, low: 0.4, high: 0.6 });
  for (const [index, id] of [versionId, rowIdOf(publicChildId)].entries()) {
    await database.query(
      `INSERT INTO advice_candidates (advice_id, rank, version_id, strategy, parameters, layer, accuracy, reason, warnings)
       VALUES ($1, $2, $3, 'feature-extraction-svm', $4, $5, $6, $5, $7)`,
      [advice.id, index + 1, id, JSON.stringify({ layer: mark }), mark, promised, JSON.stringify([mark])],
    );
  }
  // What came of the line on the public model is a public version; that it came of the advice is nobody's to know.
  const launched = await insert(
    'Job',
    `INSERT INTO jobs (kind, state, launched_by, base_version_id, dataset_version_id, strategy, parameters, advice_id, advice_rank, result_model_version_id, finished_at)
     VALUES ('FINE_TUNE', 'COMPLETED', $1, $2, $3, 'feature-extraction-svm', '{}', $4, 2, $2, now())`,
    [accountId, rowIdOf(publicChildId), datasetVersionId, advice.id],
  );
  await database.query(`INSERT INTO metrics (version_id, name, value) VALUES ($1, 'accuracy', 0.5)`, [
    rowIdOf(publicChildId),
  ]);
  await database.query(
    `INSERT INTO transfer_profile_cuts (version_id, layer, depth, feature_dim, is_candidate, feature_key)
     VALUES ($1, 'conv', 0.5, 2, true, 'hidden')`,
    [rowIdOf(publicChildId)],
  );
  await database.query(
    `INSERT INTO transfer_profiles (feature_key, dataset_version_id, pictures, scores) VALUES ('hidden', $1, 2, $2)`,
    [datasetVersionId, JSON.stringify(scores)],
  );
  return [job, advice, launched];
}

function rowIdOf(nodeId: string): string {
  const parsed = parseNodeId(nodeId);
  if (parsed === undefined) throw new Error(`not an id: ${nodeId}`);
  return parsed.rowId;
}

/** Every field of every type, asked of the schema itself: the limits of the transports would only get in the way. */
async function askEverything(token: string | undefined): Promise<Map<string, string>> {
  const principal = await authenticate(server.zoo, token && `Bearer ${token}`);
  const ids = secretIds.map(({ typeName, id }) => JSON.stringify(toNodeId(typeName, id)));
  const values = {
    id: [...ids, JSON.stringify(publicChildId)],
    ids: [`[${[...ids, JSON.stringify(publicChildId)].join(', ')}]`],
    owner: ['"owner"', '"owner"'],
    input: [estimateInput(secretIds.find(({ typeName }) => typeName === 'ModelVersion')), estimateInput()],
    name: [`"${mark}-model"`, `"${mark}-data"`, '"shown-child"', '"feature-extraction-svm"'],
  };
  const answers = new Map<string, string>();
  const { owner: _, ...withoutOwner } = values;
  const byId = everyQuery(schema, withoutOwner, 4);
  const byName = everyQuery(schema, { ...values, id: ['null'], ids: values.ids }, 4);
  for (const name of byId.keys()) {
    for (const source of [...(byId.get(name) ?? []), ...(byName.get(name) ?? [])]) {
      const result = await execute({
        schema,
        document: parse(source),
        contextValue: createContext(server.zoo, principal, 'test'),
      });
      answers.set(`${name} ${answers.size}`, JSON.stringify(result));
    }
  }
  return answers;
}

/** An estimate on the hidden data set: of a hidden model, or of the public one. */
function estimateInput(version?: { id: string }): string {
  const data = secretIds.find(({ typeName }) => typeName === 'DatasetVersion')?.id ?? '';
  const base = version === undefined ? publicChildId : toNodeId('ModelVersion', version.id);
  return `{ baseVersionId: "${base}", datasetVersionId: "${toNodeId('DatasetVersion', data)}", strategy: "full-retraining" }`;
}

/** What nobody but the owner and admins may learn: names and texts, and ids in either form. */
function secretsIn(text: string): string[] {
  const ids = secretIds.flatMap(({ typeName, id }) => [id, toNodeId(typeName, id)]);
  return [mark, ...ids].filter((secret) => text.includes(secret));
}

function leaks(answers: Map<string, string>): string[] {
  return [...answers].flatMap(([name, text]) => secretsIn(text).map((secret) => `${name}: ${secret}`));
}

describe('what is private', () => {
  test('shows to its owner through every way in, so that the test can fail', async () => {
    const all = [...(await askEverything(owner.token)).values()].join('\n');
    const known = secretIds.filter(({ typeName }) => schema.getType(typeName) !== undefined);
    const expected = [mark, ...known.map(({ id, typeName }) => toNodeId(typeName, id))];
    expect(secretsIn(all)).toEqual(expect.arrayContaining(expected));
  });

  test.each([
    ['a stranger', () => stranger.token],
    ['somebody without a token', () => undefined],
  ])('is nowhere to be found for %s', async (_who, token) => {
    const answers = await askEverything(token());
    expect(answers.size).toBeGreaterThan(10);
    expect(leaks(answers)).toEqual([]);
  });

  test('counts for nobody else, whatever the filter', async () => {
    const count = `query ($filter: ModelFilter) { models(filter: $filter, first: 1) { totalCount } }`;
    const filters = [
      { search: mark },
      { tags: [mark] },
      { owner: 'owner', visibility: 'PRIVATE' },
      { search: `owner/${mark}` },
      { baseModel: `owner/${mark}-model` },
      { deleted: true },
    ];
    for (const filter of filters) {
      const asked = async (token: string | null) =>
        (await server.graphql<{ models: { totalCount: number } }>(count, { filter }, token)).data?.models
          .totalCount;
      expect([filter, await asked(stranger.token), await asked(null)]).toEqual([filter, 0, 0]);
    }
  });

  test('has no files for others, by any address', async () => {
    for (const path of [`${mark}-model/resolve/1/model.json`, `${mark}-model/resolve/${mark}/model.json`]) {
      const address = `${server.url}/models/owner/${path}`;
      const as = (token: string) => fetch(address, { headers: { authorization: `Bearer ${token}` } });
      expect((await as(owner.token)).status).toBe(200);
      expect((await as(stranger.token)).status).toBe(404);
      expect((await fetch(address)).status).toBe(404);
    }
  });

  test('is not told apart from what does not exist when others try to change it', async () => {
    const attempt = async (id: string) =>
      server.graphql(
        `mutation ($id: ID!) { deleteModel(input: { modelId: $id }) { ... on Failure { code message } } }`,
        { id },
        stranger.token,
      );
    const hidden = secretIds.find(({ typeName }) => typeName === 'Model')?.id as string;
    const there = await attempt(toNodeId('Model', hidden));
    const nowhere = await attempt(toNodeId('Model', '00000000-0000-4000-8000-000000000000'));
    expect(there).toEqual(nowhere);
    expect(there.data).toMatchObject({ deleteModel: { code: 'NOT_FOUND' } });
  });
});

test('where anonymous reading is off, nothing at all is seen without a token', async () => {
  const closed = await startTestServer({ ZOO_ANONYMOUS_READ: 'false' });
  try {
    await publishTinyModel(closed, { name: 'public-one', visibility: 'PUBLIC' });
    const asked = `{ models { totalCount nodes { id } } model(owner: "admin", name: "public-one") { id } }`;
    expect((await closed.graphql(asked, {}, null)).data).toEqual({
      models: { totalCount: 0, nodes: [] },
      model: null,
    });
    expect((await closed.graphql(asked)).data).toMatchObject({ models: { totalCount: 1 } });
    expect(await (await fetch(closed.url)).text()).not.toContain('public-one');
  } finally {
    await closed.close();
  }
});
