import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Account, Blob, Job, Model } from '../../src/zoo/database/entities/index.js';
import { migrateUp } from '../../src/zoo/database/migrate.js';
import { availableDatabases, unavailableDatabases, type TestDatabase } from '../support/database.js';
import { leaveOut } from '../support/left-out.js';

for (const { name, remedy } of unavailableDatabases) leaveOut(`database contract on ${name}`, remedy);

describe.each(availableDatabases)('database contract on $name', ({ create }) => {
  let database: TestDatabase;
  let account: Account;
  beforeAll(async () => {
    database = await create();
    account = await accounts().save({ name: 'ada', kind: 'USER', role: 'MEMBER' });
  });
  afterAll(() => database.close());

  const accounts = () => database.dataSource.getRepository(Account);
  const models = () => database.dataSource.getRepository(Model);
  const jobs = () => database.dataSource.getRepository(Job);

  async function createModel(fields: Partial<Model> = {}): Promise<Model> {
    return models().save({
      ownerId: account.id,
      name: randomUUID(),
      task: 'image-classification',
      ...fields,
    });
  }

  test('a transaction that throws leaves nothing, one that returns leaves everything', async () => {
    const names = ['kept', 'lost'];
    for (const name of names) {
      const work = database.dataSource.transaction(async (manager) => {
        await manager.insert(Account, { name, kind: 'USER' });
        await manager.insert(Account, { name: `${name}-too`, kind: 'USER' });
        if (name === 'lost') throw new Error('changed my mind');
      });
      await work.catch((error: Error) => expect(error.message).toBe('changed my mind'));
    }
    expect(await accounts().countBy({ name: 'kept' })).toBe(1);
    expect(await accounts().countBy({ name: 'kept-too' })).toBe(1);
    expect(await accounts().countBy({ name: 'lost' })).toBe(0);
    expect(await accounts().countBy({ name: 'lost-too' })).toBe(0);
  });

  test('a statement that fails inside a transaction undoes it, and the connection is usable afterwards', async () => {
    const doomed = database.dataSource.transaction(async (manager) => {
      await manager.insert(Account, { name: 'doomed', kind: 'USER' });
      await manager.query('SELECT 1 / 0');
    });
    await expect(doomed).rejects.toMatchObject({ driverError: { code: '22012' } });
    expect(await accounts().countBy({ name: 'doomed' })).toBe(0);
  });

  test('nested transactions are savepoints: the inner one can fail alone', async () => {
    await database.dataSource.transaction(async (manager) => {
      await manager.insert(Account, { name: 'outer', kind: 'USER' });
      await manager
        .transaction(async (inner) => {
          await inner.insert(Account, { name: 'inner', kind: 'USER' });
          throw new Error('inner');
        })
        .catch(() => undefined);
    });
    expect(await accounts().countBy({ name: 'outer' })).toBe(1);
    expect(await accounts().countBy({ name: 'inner' })).toBe(0);
  });

  test('concurrent transactions that lock a row number without a gap or a double', async () => {
    const model = await createModel();
    const numbers = await Promise.all(
      Array.from({ length: 20 }, () =>
        database.dataSource.transaction(async (manager) => {
          const locked = await manager.findOneOrFail(Model, {
            where: { id: model.id },
            lock: { mode: 'pessimistic_write' },
          });
          await manager.update(Model, { id: model.id }, { latestNumber: locked.latestNumber + 1 });
          return locked.latestNumber + 1;
        }),
      ),
    );
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  test('queries outside see nothing of a transaction that has not committed', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const inserted = new Promise<void>((resolve) => {
      void database.dataSource
        .transaction(async (manager) => {
          await manager.insert(Account, { name: 'unseen', kind: 'USER' });
          resolve();
          await held;
          throw new Error('rolled back');
        })
        .catch(() => undefined);
    });
    await inserted;
    const outside = accounts().countBy({ name: 'unseen' });
    release();
    expect(await outside).toBe(0);
  });

  test('a second connection inside a transaction is refused at once instead of waiting for itself', async () => {
    const wrong = database.dataSource.transaction(async () => accounts().count());
    await expect(wrong).rejects.toThrow(/Inside a transaction use its own manager/);
    expect(await accounts().count()).toBeGreaterThan(0);
  });

  test('a query that a transaction started but that runs after its end is not refused', async () => {
    let later: Promise<number> | undefined;
    let ended = () => {};
    const end = new Promise<void>((resolve) => (ended = resolve));
    await database.dataSource.transaction(async (manager) => {
      await manager.query('SELECT 1');
      later = end.then(() => accounts().count());
    });
    ended();
    expect(await later).toBeGreaterThan(0);
  });

  test('SKIP LOCKED hands each waiting job to one claimer only', async () => {
    const queued = await jobs().save(
      Array.from({ length: 10 }, () => ({ kind: 'DATASET_IMPORT' as const, launchedBy: account.id })),
    );
    const claims = await Promise.all(
      Array.from({ length: 15 }, () =>
        database.dataSource.transaction(async (manager) => {
          const job = await manager
            .createQueryBuilder(Job, 'job')
            .where(`job.state = 'QUEUED'`)
            .orderBy('job.createdAt')
            .limit(1)
            .setLock('pessimistic_write')
            .setOnLocked('skip_locked')
            .getOne();
          if (job !== null)
            await manager.update(Job, { id: job.id }, { state: 'RUNNING', fence: job.fence + 1 });
          return job?.id;
        }),
      ),
    );
    const claimed = claims.filter((id) => id !== undefined);
    expect(new Set(claimed).size).toBe(claimed.length);
    expect(queued.map((job) => job.id)).toEqual(expect.arrayContaining(claimed));
    expect(await jobs().countBy({ fence: 1 })).toBe(claimed.length);
  });

  test('an update under a stale fence touches no row', async () => {
    const job = await jobs().save({
      kind: 'DATASET_IMPORT',
      launchedBy: account.id,
      fence: 2,
      state: 'RUNNING',
    });
    expect((await jobs().update({ id: job.id, fence: 1 }, { state: 'COMPLETED' })).affected).toBe(0);
    expect((await jobs().update({ id: job.id, fence: 2 }, { state: 'COMPLETED' })).affected).toBe(1);
  });

  test('jsonb, arrays, timestamps to the millisecond and byte counts above 2^32 come back as they went in', async () => {
    const cardData = { license: 'mit', nested: { list: [1, 'zwei', null, true], ключ: '値 \u{1f981}' } };
    const tags = ['a b', 'comma,quote"', "it's", 'back\\slash', '{}', 'NULL', ''];
    const model = await createModel({ cardData, tags });
    const found = await models().findOneByOrFail({ id: model.id });
    expect(found.cardData).toEqual(cardData);
    expect(found.tags).toEqual(tags);
    expect(found.createdAt).toEqual(model.createdAt);
    expect(found.deletedAt).toBeNull();

    const blobs = database.dataSource.getRepository(Blob);
    const at = new Date('2026-02-28T23:59:59.987Z');
    await blobs.insert({ sha256: 'ab'.repeat(32), sizeBytes: 2 ** 52 + 1, condemnedAt: at });
    const blob = await blobs.findOneByOrFail({ sha256: 'ab'.repeat(32) });
    expect(blob.sizeBytes).toBe(2 ** 52 + 1);
    expect(blob.condemnedAt).toEqual(at);
  });

  test('a parameter and a result of several megabytes pass whole', async () => {
    const card = `${'0123456789abcdef '.repeat(500_000)}end`;
    const model = await createModel({ card });
    const found = await models().findOneByOrFail({ id: model.id });
    expect(found.card.length).toBe(card.length);
    expect(found.card.endsWith('end')).toBe(true);
  });

  test('a second row under a unique name is refused, naming the constraint', async () => {
    const model = await createModel();
    await expect(createModel({ name: model.name })).rejects.toMatchObject({
      driverError: { code: '23505', constraint: 'models_owner_name' },
    });
    await expect(accounts().insert({ name: 'ada', kind: 'USER' })).rejects.toMatchObject({
      driverError: { code: '23505', constraint: 'accounts_name_key' },
    });
  });

  test.each([
    ['an unknown state', `UPDATE jobs SET state = 'DONE'`, 'jobs_state_check'],
    ['a digest that is none', `INSERT INTO blobs VALUES ('xyz', 1)`, 'blobs_sha256_check'],
    ['a negative size', `INSERT INTO blobs VALUES (repeat('0', 64), -1)`, 'blobs_size_bytes_check'],
    [
      'an upper-case account',
      `INSERT INTO accounts (name, kind) VALUES ('Ada', 'USER')`,
      'accounts_name_check',
    ],
    ['an unknown visibility', `UPDATE models SET visibility = 'MAYBE'`, 'models_visibility_check'],
  ])('%s is refused by the database itself', async (_, statement, constraint) => {
    await createModel();
    await jobs().save({ kind: 'DATASET_IMPORT', launchedBy: account.id });
    await expect(database.dataSource.query(statement)).rejects.toMatchObject({
      driverError: { code: '23514', constraint },
    });
  });

  test.each(['/etc/passwd', '../up', 'a/../b', 'a//b', 'a/', '.', './a', 'a\\b', ''])(
    'the path %j of a file is refused by the database itself',
    async (path) => {
      const insert = `INSERT INTO version_files (version_id, path, sha256, size_bytes) VALUES ($1, $2, $3, 1)`;
      await expect(
        database.dataSource.query(insert, [randomUUID(), path, 'ab'.repeat(32)]),
      ).rejects.toMatchObject({ driverError: { constraint: 'version_files_path_check' } });
    },
  );

  test('a row that others refer to cannot be deleted', async () => {
    await createModel();
    await expect(accounts().delete({ id: account.id })).rejects.toMatchObject({
      driverError: { code: '23503' },
    });
  });

  test('search finds words of the name, its parts, tags and the card, in that order', async () => {
    await createModel({ name: 'quokkanet-v2_small' });
    await createModel({ name: 'plain', tags: ['quokkanet'] });
    await createModel({ name: 'prose', card: 'Fine-tuned from quokkanets, for walking boots.' });
    await createModel({ name: 'other', card: 'Nothing of the kind.' });
    const search = async (words: string): Promise<string[]> => {
      const rows: { name: string }[] = await database.dataSource.query(
        `SELECT name FROM models,
           LATERAL (SELECT websearch_to_tsquery('simple', $1) || websearch_to_tsquery('english', $1) AS query) q
         WHERE search @@ query ORDER BY ts_rank(search, query) DESC, name`,
        [words],
      );
      return rows.map((row) => row.name);
    };
    expect(await search('quokkanet')).toEqual(['quokkanet-v2_small', 'plain', 'prose']);
    expect(await search('small')).toEqual(['quokkanet-v2_small']);
    expect(await search('walked')).toEqual(['prose']);
    await models().update({ name: 'prose' }, { card: 'Rewritten.' });
    expect(await search('walked')).toEqual([]);
  });

  test('a part of a name is found through the trigram index', async () => {
    await createModel({ name: 'resnet-50-wombat' });
    const find = `SELECT name FROM models WHERE name ILIKE '%womba%'`;
    expect(await database.dataSource.query(find)).toEqual([{ name: 'resnet-50-wombat' }]);
    // A planner prefers a scan of few rows to any index, so there are many, for a moment.
    const plan = await database.dataSource
      .transaction(async (manager) => {
        await manager.query(
          `INSERT INTO models (owner_id, name, task)
           SELECT $1, 'filler-' || md5(n::text), 'image-classification' FROM generate_series(1, 5000) n`,
          [account.id],
        );
        // What was inserted last waits in a list of its own, which a plan would have to scan.
        await manager.query(`SELECT gin_clean_pending_list('models_name_trgm_idx')`);
        await manager.query('ANALYZE models');
        throw new Plan(JSON.stringify(await manager.query(`EXPLAIN ${find}`)));
      })
      .catch((error: unknown) => (error instanceof Plan ? error.message : Promise.reject(error)));
    expect(plan).toContain('models_name_trgm_idx');
  });

  test('names are ordered by code point, the same everywhere', async () => {
    const owner = await accounts().save({ name: 'orderly', kind: 'USER' as const });
    for (const name of ['b', 'B', 'a-b', 'aa', '_a', '9']) await createModel({ ownerId: owner.id, name });
    const ordered = await models().find({ where: { ownerId: owner.id }, order: { name: 'ASC' } });
    expect(ordered.map((model) => model.name)).toEqual(['9', 'B', '_a', 'a-b', 'aa', 'b']);
  });

  test('a setting made inside a transaction is gone after it', async () => {
    await database.dataSource.transaction(async (manager) => {
      await manager.query(`SET LOCAL timezone = 'Asia/Tokyo'`);
    });
    const [row] = await database.dataSource.query<{ timezone: string }[]>(
      `SELECT current_setting('timezone') AS timezone`,
    );
    expect(row?.timezone).not.toBe('Asia/Tokyo');
  });

  test('an advisory lock of a transaction keeps a second one waiting', async () => {
    const order: string[] = [];
    await Promise.all(
      ['one', 'two'].map((name) =>
        database.dataSource.transaction(async (manager) => {
          await manager.query('SELECT pg_advisory_xact_lock(42)');
          order.push(`${name} in`);
          await manager.query('SELECT 1');
          order.push(`${name} out`);
        }),
      ),
    );
    expect([order[0]?.replace(' in', ' out'), order[2]?.replace(' in', ' out')]).toEqual([
      order[1],
      order[3],
    ]);
  });

  test('several servers that migrate at once do it once', async () => {
    const applied = await Promise.all([1, 2, 3].map(() => migrateUp(database.dataSource)));
    expect(applied.flat()).toEqual([]);
  });
});

/** Thrown to take its text out of a transaction that is to be rolled back. */
class Plan extends Error {}
