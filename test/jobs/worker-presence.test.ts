import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { executeSql } from '../../src/jobs/queue/execute-sql.js';
import { presentWorkers } from '../../src/jobs/strategies/present-workers.js';
import { strategyCatalogue } from '../../src/jobs/strategies/strategy-catalogue.js';
import { WorkerPresence, type WorkerStock } from '../../src/jobs/worker/worker-presence.js';
import { availableDatabases, unavailableDatabases } from '../support/database.js';
import { leaveOut } from '../support/left-out.js';
import { announcedStrategy, announceWorker } from './announced-worker.js';
import { createJobsFixture, type JobsFixture } from './support.js';

for (const { name, remedy } of unavailableDatabases) leaveOut(`workers on ${name}`, remedy);

describe.each(availableDatabases)('a worker on $name', ({ create }) => {
  let fixture: JobsFixture;
  beforeAll(async () => {
    fixture = await createJobsFixture({}, create);
  });
  beforeEach(() => executeSql(fixture.zoo.database, 'DELETE FROM workers'));
  afterAll(() => fixture.close());

  test('is read back as it announced itself, parameters in their order', async () => {
    const strategy = announcedStrategy({ needs: { memoryBytes: 2 ** 33 } });
    const { id } = await announceWorker(fixture.zoo, [strategy], { hasGpu: true, jobMemoryBytes: 2 ** 34 });
    const [read] = await presentWorkers(fixture.zoo.database);
    expect(read).toMatchObject({ id, alive: true, hasGpu: true, jobMemoryBytes: 2 ** 34, refused: [] });
    expect(JSON.stringify(read?.strategies)).toBe(JSON.stringify([strategy]));
  });

  test('has what it announces read once, however many announce the same and however often it is asked', async () => {
    const { zoo } = fixture;
    const asked: string[] = [];
    const counting = {
      query(sql: string, parameters?: unknown[]) {
        asked.push(sql.trim().slice(0, 20));
        return zoo.database.query(sql, parameters);
      },
    };
    const first = await announceWorker(zoo, [announcedStrategy()]);
    await announceWorker(zoo, [announcedStrategy()]);
    for (let time = 0; time < 3; time += 1) await presentWorkers(counting);
    expect(asked.filter((sql) => sql.startsWith('SELECT DISTINCT ON'))).toHaveLength(1);
    await first.announce([announcedStrategy({ version: '1.3.0', digest: 'b'.repeat(64) })]);
    const read = await presentWorkers(counting);
    expect(read.map(({ strategies }) => strategies[0]?.version)).toEqual(['1.3.0', '1.2.0']);
    expect(asked.filter((sql) => sql.startsWith('SELECT DISTINCT ON'))).toHaveLength(2);
  });

  test('changes the catalogue when it comes, changes and goes, and only then', async () => {
    const { zoo } = fixture;
    const catalogues = [await strategyCatalogue(zoo)];
    const worker = await announceWorker(zoo, [announcedStrategy()]);
    catalogues.push(await strategyCatalogue(zoo));
    expect(await strategyCatalogue(zoo)).toBe(catalogues.at(-1));
    await worker.announce([announcedStrategy({ digest: 'b'.repeat(64) })]);
    catalogues.push(await strategyCatalogue(zoo));
    await worker.leave();
    catalogues.push(await strategyCatalogue(zoo));
    expect(new Set(catalogues).size).toBe(4);
    expect(catalogues.map((each) => each.find('prototypes')?.announcement.package.digest[0])).toEqual([
      undefined,
      'a',
      'b',
      undefined,
    ]);
  });

  test('announces anew what changed by its next heartbeat, and itself where its row was removed', async () => {
    const { zoo } = fixture;
    const stocks: WorkerStock[] = [];
    let beats = 0;
    let wake: (() => void) | undefined;
    const presence = new WorkerPresence(
      zoo,
      '00000000-0000-4000-8000-000000000001',
      { version: '0.1.0', engine: 'none', device: '', hasGpu: false, jobMemoryBytes: 1 },
      {
        beatMs: 5,
        onBeat: () => {
          beats += 1;
          wake?.();
          return Promise.resolve(stocks.shift());
        },
      },
    );
    /**
     * Heartbeats follow each other. The first to be heard of may have read its row before; what the second has to write is
     * written with the third.
     */
    const threeBeats = async () => {
      const until = beats + 3;
      while (beats < until) await new Promise<void>((resolve) => (wake = resolve));
    };
    const names = async () =>
      (await presentWorkers(zoo.database)).map(({ strategies }) => strategies.map(({ name }) => name));
    await presence.announce({ strategies: [], refused: [] });
    expect(await names()).toEqual([[]]);
    stocks.push({ strategies: [announcedStrategy()], refused: [] });
    await threeBeats();
    expect(await names()).toEqual([['prototypes']]);
    await executeSql(zoo.database, 'DELETE FROM workers');
    await threeBeats();
    expect(await names()).toEqual([['prototypes']]);
    await presence.withdraw();
    expect(await names()).toEqual([]);
  });
});
