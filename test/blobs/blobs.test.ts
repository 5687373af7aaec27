import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.js';
import type { Principal } from '../../src/zoo/access/principal.js';
import { admitBlobs, lockBlobs } from '../../src/zoo/blobs/admit-blobs.js';
import {
  collectGarbage,
  condemnUnreferencedBlobs,
  deleteCondemnedBlobs,
  scheduleGarbageCollection,
} from '../../src/zoo/blobs/collect-garbage.js';
import { findAdmittedBlob } from '../../src/zoo/blobs/find-admitted-blob.js';
import { readBlob } from '../../src/zoo/blobs/read-blob.js';
import { storeBlob } from '../../src/zoo/blobs/store-blob.js';
import type { BlobAddress, ObjectStore } from '../../src/zoo/object-store/object-store.js';
import type { Zoo } from '../../src/zoo/zoo.js';
import { publishFiles } from '../http-bytes/publish-files.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createTestStore, type TestStore } from '../support/store.js';

let database: TestDatabase;
let testStore: TestStore;
let zoo: Zoo;
let alice: Principal;
let bob: Principal;
let admin: Principal;
const nobody: Principal = { account: undefined, scopes: new Set() };

beforeAll(async () => {
  database = await createTestDatabase();
  testStore = await createTestStore();
  zoo = {
    config: loadConfig({}),
    database: database.dataSource,
    store: testStore.store,
    log: pino({ level: 'silent' }),
  };
  alice = await addAccount('alice', 'MEMBER');
  bob = await addAccount('bob', 'MEMBER');
  admin = await addAccount('root', 'ADMIN');
});
afterAll(async () => {
  await testStore?.close();
  await database?.close();
});

describe('admitting blobs', () => {
  it('admits the bytes an account sent itself, and nobody else', async () => {
    const address = await sent(alice);
    await expect(admit(alice, [address])).resolves.toBeUndefined();
    for (const principal of [bob, admin, nobody]) {
      await expect(admit(principal, [address])).rejects.toMatchObject({
        code: 'BLOB_NOT_ADMITTED',
        details: { sha256: [address.sha256] },
      });
    }
  });

  it('admits what stands in a version that the principal can read', async () => {
    const open = await published('PUBLIC');
    const closed = await published('PRIVATE');
    await expect(admit(bob, [open])).resolves.toBeUndefined();
    await expect(admit(bob, [open, closed])).rejects.toMatchObject({ details: { sha256: [closed.sha256] } });
    await expect(admit(alice, [open, closed])).resolves.toBeUndefined();
    await expect(admit(admin, [open, closed])).resolves.toBeUndefined();
    expect(await findAdmittedBlob(zoo, bob, open.sha256)).toBe(open.sizeBytes);
    expect(await findAdmittedBlob(zoo, bob, closed.sha256)).toBeUndefined();
  });

  it('admits what stands in a data set that the principal can read', async () => {
    const open = await published('PUBLIC', 'dataset');
    const closed = await published('PRIVATE', 'dataset');
    await expect(admit(bob, [open])).resolves.toBeUndefined();
    await expect(admit(bob, [closed])).rejects.toMatchObject({ code: 'BLOB_NOT_ADMITTED' });
  });

  it('names every digest that is missing at once', async () => {
    const missing = [addressOf(randomBytes(5)), addressOf(randomBytes(6))];
    await expect(admit(alice, [await sent(alice), ...missing])).rejects.toMatchObject({
      details: { sha256: missing.map(({ sha256 }) => sha256) },
    });
  });

  it('refuses a wrong size', async () => {
    const address = await sent(alice);
    await expect(admit(alice, [{ ...address, sizeBytes: address.sizeBytes + 1 }])).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      details: { accepted: address.sizeBytes },
    });
  });

  it('forgets after a day that an account sent the bytes, and already an hour earlier that it need not send them', async () => {
    const address = await sent(alice);
    await ageGrants(address, 23.5);
    await expect(admit(alice, [address])).resolves.toBeUndefined();
    expect(await findAdmittedBlob(zoo, alice, address.sha256)).toBeUndefined();
    await ageGrants(address, 24.5);
    await expect(admit(alice, [address])).rejects.toMatchObject({ code: 'BLOB_NOT_ADMITTED' });
  });

  it("lets the server's own work name what its launcher cannot read any more", async () => {
    const address = await published('PRIVATE');
    await zoo.database.transaction((manager) => lockBlobs(manager, [address]));
    await expect(
      zoo.database.transaction((manager) => lockBlobs(manager, [addressOf(randomBytes(3))])),
    ).rejects.toMatchObject({ code: 'BLOB_NOT_ADMITTED' });
  });

  it('lets two publishes that share blobs run side by side, whatever their order', async () => {
    const addresses = await Promise.all(Array.from({ length: 8 }, () => sent(alice)));
    await condemn(...addresses);
    const rounds = Array.from({ length: 6 }, (_, round) =>
      admit(alice, round % 2 === 0 ? addresses : addresses.toReversed()),
    );
    await Promise.all(rounds);
  });
});

describe('collecting garbage', () => {
  it('keeps what a version, a live grant or a waiting job refers to', async () => {
    const inVersion = await published('PRIVATE');
    const inDataset = await published('PRIVATE', 'dataset');
    const granted = await sent(bob);
    const inJob = await sent(bob);
    await addImportJob(inJob);
    await ageGrants(inVersion, 30);
    await ageGrants(inDataset, 30);
    await ageGrants(inJob, 30);
    await collectGarbage(zoo);
    for (const address of [inVersion, inDataset, granted, inJob]) expect(await stateOf(address)).toBe('kept');
  });

  it('condemns what nothing refers to, deletes it a day later, and not before', async () => {
    const address = await sent(bob);
    await ageGrants(address, 30);
    await collectGarbage(zoo);
    expect(await stateOf(address)).toBe('condemned');
    await collectGarbage(zoo);
    expect(await stateOf(address)).toBe('condemned');
    await ageCondemned(address, 25);
    expect(await collectGarbage(zoo)).toBeGreaterThanOrEqual(1);
    expect(await stateOf(address)).toBe('gone');
    expect(await zoo.store.sizeOf(address.sha256)).toBeUndefined();
  });

  it('is undone by a publish and by sending the bytes again', async () => {
    const publishedAgain = await published('PUBLIC');
    await condemn(publishedAgain);
    await admit(bob, [publishedAgain]);
    expect(await stateOf(publishedAgain)).toBe('kept');

    const bytes = randomBytes(50);
    const sentAgain = await sent(bob, bytes);
    await condemn(sentAgain);
    await sent(bob, bytes);
    expect(await stateOf(sentAgain)).toBe('kept');
  });

  it('revives at the last moment what a publish referred to while it was being condemned', async () => {
    const address = await published('PRIVATE');
    await ageGrants(address, 30);
    await condemn(address);
    await ageCondemned(address, 25);
    await deleteCondemnedBlobs(zoo);
    expect(await stateOf(address)).toBe('kept');
  });

  it('passes over what a publish holds at this moment', async () => {
    const address = await sent(bob);
    const runner = zoo.database.createQueryRunner();
    await runner.startTransaction();
    await admitBlobs(runner.manager, bob, [address]);
    await ageGrants(address, 30);
    await condemnUnreferencedBlobs(zoo);
    expect(await stateOf(address)).toBe('kept');
    await runner.rollbackTransaction();
    await runner.release();
    await condemnUnreferencedBlobs(zoo);
    expect(await stateOf(address)).toBe('condemned');
  });

  it('does not delete bytes that are being sent again', async () => {
    const { bytes, address } = await longCondemned();
    let collected = -1;
    async function* source(): AsyncGenerator<Buffer> {
      yield bytes.subarray(0, 50);
      // The store has been asked by now and knows that it has the bytes.
      collected = await deleteCondemnedBlobs(zoo);
      yield bytes.subarray(50);
    }
    await storeBlob(zoo, bob, address, Readable.from(source()));
    expect(collected).toBe(0);
    await expectWhole(address, bytes);
  });

  it('takes bytes anew whose deletion is under way', async () => {
    const { bytes, address } = await longCondemned();
    const removed = new EventEmitter();
    const upload = once(removed, 'removed').then(() => sent(bob, bytes));
    const store = Object.create(zoo.store, {
      remove: {
        value: async (sha256: string) => {
          await zoo.store.remove(sha256);
          removed.emit('removed');
        },
      },
    }) as ObjectStore;
    expect(await deleteCondemnedBlobs({ database: zoo.database, store })).toBe(1);
    await upload;
    await expectWhole(address, bytes);
  });

  it('loses nothing while senders and collectors race', async () => {
    for (let round = 0; round < 40; round++) {
      const { bytes, address } = await longCondemned();
      await Promise.all([
        sent(bob, bytes),
        deleteCondemnedBlobs(zoo),
        sent(alice, bytes),
        deleteCondemnedBlobs(zoo),
      ]);
      await admit(alice, [address]);
      await admit(bob, [address]);
      await expectWhole(address, bytes);
    }
  });

  it('finds what an upload left that died between the bytes and the row', async () => {
    const bytes = randomBytes(100);
    const address = addressOf(bytes);
    const dying = Object.create(zoo.store, {
      put: {
        value: async (...upload: Parameters<ObjectStore['put']>) => {
          await zoo.store.put(...upload);
          throw new Error('the server is killed');
        },
      },
    }) as ObjectStore;
    await expect(storeBlob({ ...zoo, store: dying }, bob, address, Readable.from([bytes]))).rejects.toThrow(
      'the server is killed',
    );
    expect(await stateOf(address)).toBe('condemned');
    expect(await findAdmittedBlob(zoo, bob, address.sha256)).toBeUndefined();
    await ageCondemned(address, 25);
    await deleteCondemnedBlobs(zoo);
    expect(await stateOf(address)).toBe('gone');
    expect(await zoo.store.sizeOf(address.sha256)).toBeUndefined();
  });

  it('does not believe the size that a failed upload announced', async () => {
    const bytes = randomBytes(100);
    const address = addressOf(bytes);
    await expect(
      storeBlob(zoo, alice, { ...address, sizeBytes: 99 }, Readable.from([bytes])),
    ).rejects.toMatchObject({ code: 'UPLOAD_TOO_LARGE' });
    await sent(bob, bytes);
    await admit(bob, [address]);
    await expectWhole(address, bytes);
  });

  it('happens soon after the start and then regularly, also after a round that failed, until it is stopped', async () => {
    const rounds = new EventEmitter();
    let count = 0;
    const store = Object.create(zoo.store, {
      sweep: {
        value: () => {
          rounds.emit(`round ${++count}`);
          return Promise.reject(new Error('the store is away'));
        },
      },
    }) as ObjectStore;
    const third = once(rounds, 'round 3');
    const collection = scheduleGarbageCollection({ ...zoo, store }, { firstMs: 1, everyMs: 1 });
    await third;
    await collection.stop();
    const stoppedAt = count;
    await collectGarbage(zoo);
    expect(count).toBe(stoppedAt);
  });

  it('goes on with a deletion that was cut off between the bytes and the row', async () => {
    const { address } = await longCondemned();
    await zoo.store.remove(address.sha256);
    expect(await deleteCondemnedBlobs(zoo)).toBe(1);
    expect(await stateOf(address)).toBe('gone');
  });

  it('keeps the row when the store cannot delete the bytes', async () => {
    const { address } = await longCondemned();
    const store = Object.create(zoo.store, {
      remove: { value: () => Promise.reject(new Error('the store is away')) },
    }) as ObjectStore;
    await expect(deleteCondemnedBlobs({ database: zoo.database, store })).rejects.toThrow(
      'the store is away',
    );
    expect(await stateOf(address)).toBe('condemned');
    expect(await deleteCondemnedBlobs(zoo)).toBe(1);
  });
});

/** A blob whose deletion is due. */
async function longCondemned(): Promise<{ bytes: Buffer<ArrayBuffer>; address: BlobAddress }> {
  const bytes = randomBytes(100);
  const address = await sent(bob, bytes);
  await ageGrants(address, 50);
  await condemn(address);
  await ageCondemned(address, 25);
  return { bytes, address };
}

async function expectWhole(address: BlobAddress, bytes: Buffer): Promise<void> {
  expect(await stateOf(address)).toBe('kept');
  expect((await buffer(await readBlob(zoo, address.sha256))).equals(bytes)).toBe(true);
}

async function addAccount(name: string, role: 'ADMIN' | 'MEMBER'): Promise<Principal> {
  const id = randomUUID();
  await zoo.database.query(`INSERT INTO accounts (id, name, kind, role) VALUES ($1, $2, 'USER', $3)`, [
    id,
    name,
    role,
  ]);
  return { account: { id, name, role }, scopes: new Set(role === 'ADMIN' ? ['admin'] : ['read', 'write']) };
}

function addressOf(bytes: Buffer): BlobAddress {
  return { sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length };
}

async function sent(principal: Principal, bytes = randomBytes(100)): Promise<BlobAddress> {
  const address = addressOf(bytes);
  await storeBlob(zoo, principal, address, Readable.from([bytes]));
  return address;
}

/** A blob in a version of a model or data set of alice's, whose own upload is long forgotten. */
async function published(
  visibility: 'PUBLIC' | 'PRIVATE',
  kind: 'model' | 'dataset' = 'model',
): Promise<BlobAddress> {
  const bytes = randomBytes(200);
  const name = `a${randomBytes(6).toString('hex')}`;
  await publishFiles(zoo, { owner: 'alice', name, kind, visibility, files: { 'model.json': bytes } });
  await ageGrants(addressOf(bytes), 100);
  return addressOf(bytes);
}

function admit(principal: Principal, addresses: BlobAddress[]): Promise<void> {
  return zoo.database.transaction((manager) => admitBlobs(manager, principal, addresses));
}

async function ageGrants({ sha256 }: BlobAddress, hours: number): Promise<void> {
  await zoo.database.query(
    `UPDATE blob_grants SET created_at = now() - make_interval(mins => $2) WHERE sha256 = $1`,
    [sha256, hours * 60],
  );
}

async function condemn(...addresses: BlobAddress[]): Promise<void> {
  await zoo.database.query(`UPDATE blobs SET condemned_at = now() WHERE sha256 = ANY($1)`, [
    addresses.map(({ sha256 }) => sha256),
  ]);
}

async function ageCondemned({ sha256 }: BlobAddress, hours: number): Promise<void> {
  await zoo.database.query(
    `UPDATE blobs SET condemned_at = now() - make_interval(hours => $2) WHERE sha256 = $1`,
    [sha256, hours],
  );
}

async function stateOf({ sha256 }: BlobAddress): Promise<'kept' | 'condemned' | 'gone'> {
  const rows: { condemned_at: Date | null }[] = await zoo.database.query(
    `SELECT condemned_at FROM blobs WHERE sha256 = $1`,
    [sha256],
  );
  if (rows[0] === undefined) return 'gone';
  return rows[0].condemned_at === null ? 'kept' : 'condemned';
}

async function addImportJob({ sha256 }: BlobAddress): Promise<void> {
  await zoo.database.query(
    `INSERT INTO jobs (kind, state, launched_by, parameters) VALUES ('DATASET_IMPORT', 'QUEUED', $1, $2)`,
    [bob.account?.id, JSON.stringify({ archive: { sha256, sizeBytes: 100 } })],
  );
}
