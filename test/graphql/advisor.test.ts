import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isInside } from '../../src/advisor/record/is-inside.js';
import { runWorker, type RunningWorker } from '../../src/jobs/worker/run-worker.js';
import { fromNodeId, toNodeId } from '../../src/schema/node-id.js';
import type { Principal } from '../../src/zoo/access/principal.js';
import { DatasetVersion, Model } from '../../src/zoo/database/entities/index.js';
import {
  clothingArchive,
  endOf,
  launchTestImport,
  publishTestModel,
  tinyNetwork,
} from '../jobs/real-work.js';
import { startTestServer, type TestServer } from '../support/server.js';

/** Measuring a network of two layers on a few photographs never takes it, however slow the machine. */
const ampleSeconds = 3600;

let server: TestServer;
let worker: RunningWorker;
let ada: { id: string; token: string };
let grace: { id: string; token: string };
let tiny: string;
let borrowed: string;
let datasetVersionId: string;
let advice: AdviceNode;

interface Promised {
  value: number;
  low: number;
  high: number;
}

interface Candidate {
  rank: number;
  isGone: boolean;
  version: { id: string } | null;
  strategy: string;
  parameters: Record<string, unknown>;
  layer: string | null;
  accuracy: Promised | null;
  seconds: Promised | null;
  peakMemoryBytes: number | null;
  storedBytes: number | null;
  reason: string;
  warnings: string[];
  outcomes: {
    accuracy: number;
    testPictures: number;
    isInside: boolean;
    job: { id: string } | null;
    version: { id: string };
  }[];
}

interface AdviceNode {
  id: string;
  summary: string;
  candidateCount: number;
  candidates: Candidate[];
  job: { id: string; kind: string; state: string };
  datasetVersion: { id: string };
  measurements: {
    dataset: { classes: number; train: number; majorityShare: number };
    models: {
      state: string;
      version: { id: string } | null;
      cuts: { depth: number; scores: { probe: { accuracy: number } | null } }[];
      learningCurve: { points: { pictures: number }[] } | null;
      similarity: { peakLayer: string; lateGap: number } | null;
    }[];
  };
}

const adviceFields = `
  id summary scenario staysLinear createdAt candidateCount
  job { id kind state } datasetVersion { id }
  candidates(first: 100) {
    rank isGone version { id } strategy parameters layer
    accuracy { value low high } seconds { value low high } peakMemoryBytes storedBytes reason warnings
    outcomes { accuracy testPictures isInside job { id } version { id } }
  }
  notMeasured { version { id } reason }
  notConsidered
  corrections { family outcomes shift scale }
  measurements {
    dataset { classes train majorityShare }
    rungs { pictures models }
    models {
      state version { id } picturesPerSecond
      cuts { layer depth isCandidate scores { nearestNeighbours hScore logMe probe { accuracy standardError C } } }
      learningCurve { layer points { pictures accuracy standardError } gainPerDoubling }
      similarity { peakLayer peakDepth lateGap batchNormShift batchNormShifts { layer shift } frechet { distance datasetVersion { id } } }
    }
  }`;

const adviseMutation = `mutation ($input: AdviseInput!) {
  advise(input: $input) {
    __typename
    ... on AdvisePayload { job { id kind } }
    ... on Failure { code message problems { path } }
  }
}`;

const launchMutation = `mutation ($input: LaunchFineTuneInput!) {
  launchFineTune(input: $input) {
    __typename
    ... on LaunchFineTunePayload { job { id adviceRank advice { id } strategy } }
    ... on Failure { code message problems { path } }
  }
}`;

interface Result {
  __typename: string;
  job?: { id: string; adviceRank?: number; advice?: { id: string }; strategy?: string };
  code?: string;
  problems?: { path: string }[];
}

/** The one field of an answer; asked as ada. */
async function ask<T>(query: string, variables: Record<string, unknown> = {}, token = ada.token): Promise<T> {
  const { data, errors } = await server.graphql<Record<string, T>>(query, variables, token);
  if (!data) throw new Error(JSON.stringify(errors));
  return Object.values(data)[0] as T;
}

const advise = (input: object, token?: string) => ask<Result>(adviseMutation, { input }, token);
const launch = (input: object, token?: string) => ask<Result>(launchMutation, { input }, token);
const readAdvice = (token?: string) =>
  ask<AdviceNode | null>(
    `query ($id: ID!) { advice(id: $id) { ${adviceFields} } }`,
    { id: advice.id },
    token,
  );

beforeAll(async () => {
  server = await startTestServer();
  worker = await runWorker(server.zoo);
  ada = await server.signUp('ada');
  grace = await server.signUp('grace');
  const [asAda, asGrace] = [principal('ada', ada.id), principal('grace', grace.id)];
  const { zoo } = server;
  const network = await tinyNetwork();
  tiny = toNodeId('ModelVersion', await publishTestModel(zoo, asAda, 'tiny', network));
  borrowed = toNodeId('ModelVersion', await publishTestModel(zoo, asGrace, 'borrowed', network));
  await zoo.database.getRepository(Model).update({ name: 'borrowed' }, { visibility: 'PUBLIC' });
  const archive = await clothingArchive({ classes: ['dress', 'pants', 'hat'], perFolder: 8 });
  const imported = await endOf(zoo, await launchTestImport(zoo, asAda, 'clothes', archive));
  datasetVersionId = toNodeId('DatasetVersion', imported.resultDatasetVersionId ?? '');

  const asked = await advise({ datasetVersionId, budgetSeconds: ampleSeconds });
  expect(asked).toMatchObject({ __typename: 'AdvisePayload', job: { kind: 'ADVICE' } });
  const jobId = asked.job?.id ?? '';
  expect(await endOf(zoo, fromNodeId('Job', jobId))).toMatchObject({ state: 'COMPLETED', error: null });
  const job = await ask<{ advice: AdviceNode }>(
    `query ($id: ID!) { job(id: $id) { advice { ${adviceFields} } } }`,
    { id: jobId },
  );
  advice = job.advice;
});
afterAll(async () => {
  await worker.stop();
  await server.close();
});

function principal(name: string, id: string): Principal {
  const account = { id: fromNodeId('Account', id), name, role: 'MEMBER' as const };
  return { account, scopes: new Set(['read', 'write', 'launch']) };
}

const linear = () => {
  const line = advice.candidates.find(
    ({ version, parameters }) => version?.id === tiny && parameters['classifier'] === 'svm',
  );
  if (line === undefined) throw new Error('the advice has no linear line');
  return line;
};

describe('an advice', () => {
  test('ranks what can be launched, with what to expect of each line and why', () => {
    expect(advice.summary).not.toBe('');
    expect(advice).toMatchObject({ job: { state: 'COMPLETED' }, datasetVersion: { id: datasetVersionId } });
    expect(advice.candidateCount).toBe(advice.candidates.length);
    expect(advice.candidates.map(({ rank }) => rank)).toEqual(advice.candidates.map((_, index) => index + 1));
    const { accuracy, seconds, peakMemoryBytes, storedBytes, reason, layer } = linear();
    for (const promised of [accuracy, seconds]) {
      expect(promised?.low).toBeLessThanOrEqual(promised?.value ?? NaN);
      expect(promised?.high).toBeGreaterThanOrEqual(promised?.value ?? NaN);
    }
    expect(peakMemoryBytes).toBeGreaterThan(0);
    expect(storedBytes).toBeGreaterThan(0);
    expect(reason).toContain(layer);
  });

  test('shows the numbers that it rests on, by depth', () => {
    const { dataset, models } = advice.measurements;
    expect(dataset).toMatchObject({ classes: 3 });
    expect(models.map(({ version }) => version?.id).sort()).toEqual([tiny, borrowed].sort());
    const [measured] = models.filter(({ state }) => state === 'MEASURED');
    const depths = measured?.cuts.map(({ depth }) => depth) ?? [];
    expect(depths.length).toBeGreaterThan(0);
    expect(depths).toEqual([...depths].sort((a, b) => a - b));
    expect(measured?.cuts.every(({ scores }) => (scores.probe?.accuracy ?? -1) >= 0)).toBe(true);
    expect(measured?.similarity?.lateGap).toBeGreaterThanOrEqual(0);
  });

  test('is the newest of its data set, has an id like everything else, and comes in pages', async () => {
    const found = await ask<{ advice: { id: string } }>(
      `{ dataset(owner: "ada", name: "clothes") { advice { id } } }`,
    );
    expect(found.advice.id).toBe(advice.id);
    const node = await ask<{ __typename: string; candidates: { rank: number }[] }>(
      `query ($id: ID!) { node(id: $id) { __typename ... on Advice { candidates(first: 1, after: 1) { rank } } } }`,
      { id: advice.id },
    );
    expect(node).toEqual({ __typename: 'Advice', candidates: [{ rank: 2 }] });
    const { errors } = await server.graphql(
      `query ($id: ID!) { advice(id: $id) { candidates(first: 101) { rank } } }`,
      { id: advice.id },
      ada.token,
    );
    expect(errors?.[0]?.extensions?.code).toBe('INPUT_INVALID');
  });

  test('says with its job what was asked, by ids that the rest of the API takes', async () => {
    const job = await ask<{ parameters: { baseVersionIds: string[]; budgetSeconds: number } }>(
      `query ($id: ID!) { job(id: $id) { parameters } }`,
      { id: advice.job.id },
    );
    const { baseVersionIds, ...rest } = job.parameters;
    expect(baseVersionIds.sort()).toEqual([tiny, borrowed].sort());
    expect(rest).toEqual({ budgetSeconds: ampleSeconds });
  });

  test('is seen by who asked and by admins, and launched by nobody else', async () => {
    expect(await readAdvice(grace.token)).toBeNull();
    expect((await readAdvice(server.adminToken))?.id).toBe(advice.id);
    const stolen = await launch({ adviceId: advice.id, rank: 1, name: 'grace/stolen' }, grace.token);
    expect(stolen).toMatchObject({ __typename: 'Failure', code: 'NOT_FOUND' });
  });

  test.each([
    ['too little time', { budgetSeconds: 1 }, 'ADVICE_BUDGET_TOO_SMALL', 'budgetSeconds'],
    ['a model that is none', { baseVersionIds: ['nonsense'] }, 'NOT_FOUND', 'baseVersionIds[0]'],
    ['no model at all', { baseVersionIds: [] }, 'INPUT_INVALID', 'baseVersionIds'],
  ])('is refused with %s, and nothing is queued', async (_name, input, code, path) => {
    const count = () => ask<{ totalCount: number }>('{ jobs(filter: { kind: ADVICE }) { totalCount } }');
    const before = await count();
    expect(await advise({ datasetVersionId, ...input })).toMatchObject({ code, problems: [{ path }] });
    expect(await count()).toEqual(before);
  });
});

test('a transfer profile tells of the data sets that its reader may see', async () => {
  const profileOf = (name: string, token: string) =>
    ask<{
      transferProfile: { cuts: object[]; datasets: { datasetVersion: { id: string }; points: object[] }[] };
      latestVersion: { transferProfile: object };
    }>(
      `query ($owner: String!) { model(owner: $owner, name: "${name}") {
         transferProfile { cuts { layer } datasets { datasetVersion { id } points { layer pictures scores { probe { accuracy } } } } }
         latestVersion { transferProfile { cuts { layer } datasets { datasetVersion { id } points { layer pictures scores { probe { accuracy } } } } } }
       } }`,
      { owner: name === 'tiny' ? 'ada' : 'grace' },
      token,
    );
  const seen = await profileOf('borrowed', ada.token);
  expect(seen.transferProfile.datasets).toMatchObject([{ datasetVersion: { id: datasetVersionId } }]);
  expect(seen.transferProfile.datasets[0]?.points).toHaveLength(seen.transferProfile.cuts.length);
  expect(seen.latestVersion.transferProfile).toEqual(seen.transferProfile);
  // Equal networks share what was measured; who may not see the pictures is told nothing of them.
  expect((await profileOf('borrowed', grace.token)).transferProfile.datasets).toEqual([]);
});

describe('an estimate', () => {
  const estimate = (input: object, token?: string) =>
    ask<{ basis: string; accuracy: Promised | null; storedBytes: number | null; reason: string }>(
      `query ($input: EstimateInput!) { estimate(input: $input) {
         basis accuracy { value low high } seconds { value } storedBytes peakMemoryBytes layer parameters reason warnings advice { id }
       } }`,
      { input: { baseVersionId: tiny, datasetVersionId, strategy: 'feature-extraction-svm', ...input } },
      token,
    );

  test('of a line is what the advice promised, and of other parameters rests on the same numbers', async () => {
    const { parameters, accuracy, storedBytes } = linear();
    expect(await estimate({ parameters })).toMatchObject({ basis: 'ADVICE', accuracy, storedBytes });
    const other = await estimate({ strategy: 'full-retraining', parameters: { epochs: 2 } });
    expect(other).toMatchObject({ basis: 'ADVICE', advice: { id: advice.id } });
    expect(other.accuracy?.value).toBeGreaterThan(0);
  });

  test('refuses what a launch would refuse', async () => {
    const { errors } = await server.graphql(
      `query ($input: EstimateInput!) { estimate(input: $input) { reason } }`,
      {
        input: {
          baseVersionId: tiny,
          datasetVersionId,
          strategy: 'feature-extraction-svm',
          parameters: { C: -1 },
        },
      },
      ada.token,
    );
    expect(errors?.[0]?.extensions?.code).toBe('STRATEGY_PARAMETERS_INVALID');
  });

  test('is for who may launch', async () => {
    const asked = await server.graphql(
      `query ($input: EstimateInput!) { estimate(input: $input) { reason } }`,
      { input: { baseVersionId: tiny, datasetVersionId, strategy: 'feature-extraction-svm' } },
      null,
    );
    expect(asked.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  });
});

describe('a line', () => {
  test('is launched by its rank, and what came of it stands beside the promise', async () => {
    const { rank, accuracy } = linear();
    const launched = await launch({ adviceId: advice.id, rank, name: 'ada/advised' });
    expect(launched.job).toMatchObject({
      adviceRank: rank,
      advice: { id: advice.id },
      strategy: 'feature-extraction-svm',
    });
    const jobId = launched.job?.id ?? '';
    const ended = await endOf(server.zoo, fromNodeId('Job', jobId));
    expect(ended).toMatchObject({ state: 'COMPLETED', error: null });

    const outcomes = (await readAdvice())?.candidates[rank - 1]?.outcomes ?? [];
    const [{ accuracy: actual } = { accuracy: NaN }] = outcomes;
    const { manifest } = await server.zoo.database
      .getRepository(DatasetVersion)
      .findOneByOrFail({ id: fromNodeId('DatasetVersion', datasetVersionId) });
    const testPictures = manifest.splits.test.imageCount;
    expect(outcomes).toEqual([
      {
        accuracy: actual,
        testPictures,
        isInside: accuracy && isInside({ promised: accuracy, actual, testPictures }),
        job: { id: jobId },
        version: { id: toNodeId('ModelVersion', ended.resultModelVersionId ?? '') },
      },
    ]);
    const record = (token: string) =>
      ask<{ calibration: { outcomes: number }; newest: { actual: number; advice: { id: string } }[] }>(
        `{ advisorRecord {
             calibration { outcomes inside share shareInterval { low high } meanError }
             families { family calibration { outcomes } } rankAgreement { advices tau }
             newest(first: 10) { rank family promised { value } actual advice { id } job { id } }
           } }`,
        {},
        token,
      );
    expect(await record(ada.token)).toMatchObject({
      calibration: { outcomes: 1 },
      families: [{ family: 'feature-extraction-svm', calibration: { outcomes: 1 } }],
      newest: [
        { actual, promised: { value: accuracy?.value }, advice: { id: advice.id }, job: { id: jobId } },
      ],
    });
    expect(await record(grace.token)).toMatchObject({ calibration: { outcomes: 0 }, newest: [] });
  });

  test.each([
    ['a rank that it has not', { rank: 10_000 }, 'NOT_FOUND', 'rank'],
    ['no rank', {}, 'INPUT_INVALID', 'rank'],
    ['a strategy beside it', { rank: 1, strategy: 'full-retraining' }, 'INPUT_INVALID', 'strategy'],
    ['a rank without an advice', { rank: 1, adviceId: null }, 'INPUT_INVALID', 'rank'],
  ])('is not launched with %s', async (_name, input, code, path) => {
    expect(await launch({ adviceId: advice.id, name: 'ada/never', ...input })).toMatchObject({
      code,
      problems: [{ path }],
    });
  });

  test('whose model was deleted since says so, and is not launched', async () => {
    await server.zoo.database.getRepository(Model).softDelete({ name: 'borrowed' });
    const read = await readAdvice();
    const gone = read?.candidates.filter(({ isGone }) => isGone) ?? [];
    expect(gone.length).toBeGreaterThan(0);
    expect(gone.every(({ version }) => version === null)).toBe(true);
    expect(read?.candidates.some(({ version }) => version?.id === borrowed)).toBe(false);
    const [first] = gone;
    expect(await launch({ adviceId: advice.id, rank: first?.rank, name: 'ada/late' })).toMatchObject({
      code: 'ADVICE_STALE',
    });
  });
});
