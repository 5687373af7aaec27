import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchFineTune } from '../../src/jobs/launch/launch-fine-tune.js';
import { runWorker, type RunningWorker } from '../../src/jobs/worker/run-worker.js';
import { toNodeId } from '../../src/schema/node-id.js';
import { authenticate } from '../../src/zoo/access/authenticate.js';
import type { Principal } from '../../src/zoo/access/principal.js';
import { colourArchive, endOf, launchTestImport, publishTestModel, tinyNetwork } from '../jobs/real-work.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let worker: RunningWorker;
let principal: Principal;
let inputs: { baseVersionId: string; datasetVersionId: string };

beforeAll(async () => {
  server = await startTestServer();
  const { zoo } = server;
  worker = await runWorker(zoo);
  principal = await authenticate(zoo, `Bearer ${server.adminToken}`);
  const imported = await endOf(zoo, await launchTestImport(zoo, principal, 'colours', await colourArchive()));
  inputs = {
    baseVersionId: await publishTestModel(zoo, principal, 'tiny', await tinyNetwork()),
    datasetVersionId: imported.resultDatasetVersionId ?? '',
  };
});
afterAll(async () => {
  await worker.stop();
  await server.close();
});

interface Version {
  reports: { name: string; title: string; columns: string[]; rows: (string | number | null)[][] }[];
  job: { metrics: { name: string; points: { step: number; value: number }[] }[] } | null;
}

/** What a fine-tune's version shows, to its launcher and to somebody else. */
async function fineTuned(strategy: string, parameters: Record<string, unknown>) {
  const { zoo } = server;
  const launched = await launchFineTune(zoo, principal, {
    ...inputs,
    strategy,
    parameters,
    name: `admin/${strategy}`,
    visibility: 'PUBLIC',
  });
  const job = await endOf(zoo, launched.id);
  expect(job).toMatchObject({ state: 'COMPLETED', error: null });
  const id = toNodeId('ModelVersion', job.resultModelVersionId ?? '');
  const shown = async (token: string | null): Promise<Version> => {
    const answer = await server.graphql<{ node: Version }>(
      `query ($id: ID!) { node(id: $id) { ... on ModelVersion {
         reports { name title columns rows } job { metrics { name points { step value } } } } } }`,
      { id },
      token,
    );
    return answer.data?.node as Version;
  };
  return { launcher: await shown(server.adminToken), others: await shown(null) };
}

test('a classifier on features shows how each layer and C did, and its curves are reached by its job', async () => {
  const { launcher, others } = await fineTuned('feature-extraction-svm', {});
  const [table] = launcher.reports;
  expect(launcher.reports).toHaveLength(1);
  expect(table?.name).toBe('cross-validation');
  const [first, ...layers] = table?.columns ?? [];
  expect(first).toBe('C');
  expect(layers.length).toBeGreaterThan(0);
  for (const [at, layer] of layers.entries()) {
    const ofLayer = launcher.job?.metrics.find(({ name }) => name === `cross-validation/${layer}/accuracy`);
    const column = (table?.rows ?? []).flatMap((row) => row[at + 1] ?? []);
    expect(column).toEqual(ofLayer?.points.map(({ value }) => value));
  }
  // The version is everybody's; the job, with its log, is its launcher's.
  expect(others).toEqual({ reports: launcher.reports, job: null });
});

test('a training shows its epochs', async () => {
  const { launcher } = await fineTuned('full-retraining', { epochs: 2 });
  const [table] = launcher.reports;
  expect(launcher.reports).toHaveLength(1);
  expect(table).toMatchObject({ name: 'epochs', title: expect.stringContaining('Epochs') as string });
  expect(table?.rows.map(([epoch]) => epoch)).toEqual([0, 1, 2]);
  const curve = launcher.job?.metrics.find(({ name }) => name === 'validation/accuracy');
  expect(table?.rows.map((row) => row.at(-1))).toEqual(curve?.points.map(({ value }) => value));
});
