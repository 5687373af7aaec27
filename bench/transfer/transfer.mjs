/**
 * 1 GB up and down through the server, beside its peer: the bare S3 client straight to the same S3 server, on the same
 * machine, taking turns. The server checks the digest of the whole; the peer has digests of its parts only. Run after `npm run build`:
 *   node bench/transfer/transfer.mjs [rounds, 3 by default] [megabytes, 1024 by default]
 * S3_ENDPOINT, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY name the S3 server; without them the MinIO that the tests have built
 * is started.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { pipeline } from 'node:stream/promises';
import { URL } from 'node:url';
import { Client } from 'minio';
import { startMeasuredServer } from './measured-server.mjs';
import { startMinio } from './start-minio.mjs';

const [, , rounds = '3', megabytes = '1024'] = process.argv;
const sizeBytes = Number(megabytes) * 1024 * 1024;
const folder = await mkdtemp(join(tmpdir(), 'zoo-bench-transfer-'));
const file = join(folder, 'bytes');
await writeRandom(file, sizeBytes);

const s3 =
  process.env.S3_ENDPOINT === undefined ? await startMinio(join(folder, 'minio')) : fromEnvironment();
const bucket = `bench-${randomUUID()}`;
const onS3 = {
  S3_ENDPOINT: s3.endpoint,
  S3_ACCESS_KEY_ID: s3.accessKeyId,
  S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
};
const servers = {
  'zoo on S3': await startMeasuredServer(join(folder, 'zoo-s3'), {
    ...onS3,
    S3_BUCKET: `zoo-${randomUUID()}`,
  }),
  'zoo on local store': await startMeasuredServer(join(folder, 'zoo-local'), {}),
};
const { hostname, port } = new URL(s3.endpoint);
const bare = new Client({
  endPoint: hostname,
  port: Number(port),
  useSSL: false,
  region: 'us-east-1',
  accessKey: s3.accessKeyId,
  secretKey: s3.secretAccessKey,
});
await bare.makeBucket(bucket);

const seconds = {};
const addedMegabytes = {};
try {
  // The first round warms everything up and does not count.
  for (let round = 0; round <= Number(rounds); round += 1) {
    const sha256 = await makeUnique(file);
    await timed(round, 'bare S3 client up', () =>
      bare.putObject(bucket, sha256, createReadStream(file), sizeBytes),
    );
    for (const [name, server] of Object.entries(servers)) {
      await server.resetPeak();
      await timed(round, `${name} up`, () => upload(server, sha256));
      noteMemory(round, `${name} up`, await server.addedBytes());
      await server.publish(sha256, sizeBytes);
    }
    await timed(round, 'bare S3 client down', async () => drain(await bare.getObject(bucket, sha256)));
    for (const [name, server] of Object.entries(servers)) {
      await server.resetPeak();
      await timed(round, `${name} down`, () => download(server, sha256));
      noteMemory(round, `${name} down`, await server.addedBytes());
      await server.forget(sha256);
    }
    await bare.removeObject(bucket, sha256);
  }
  report();
} finally {
  await bare.removeBucket(bucket).catch(() => undefined);
  for (const server of Object.values(servers)) await server.stop();
  await s3.stop();
  await rm(folder, { recursive: true, force: true });
}

function report() {
  process.stdout.write(
    `${cpus().length} × ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}, Node ${process.version}; ${megabytes} MB, median of ${rounds}\n`,
  );
  for (const way of ['up', 'down']) {
    const peer = seconds[`bare S3 client ${way}`];
    process.stdout.write(`${way}: bare S3 client ${speed(peer)}\n`);
    for (const name of Object.keys(servers)) {
      const ours = seconds[`${name} ${way}`];
      const ratio = median(ours.map((value, round) => peer[round] / value)).toFixed(2);
      const added = Math.max(...addedMegabytes[`${name} ${way}`]).toFixed(0);
      process.stdout.write(
        `${way}: ${name} ${speed(ours)}, ${ratio} × the bare client in the same round; the server grew by ${added} MB at most\n`,
      );
    }
  }
}

function speed(values) {
  return `${(Number(megabytes) / median(values)).toFixed(0)} MB/s`;
}

async function timed(round, what, work) {
  const started = performance.now();
  await work();
  if (round > 0) (seconds[what] ??= []).push((performance.now() - started) / 1000);
}

function noteMemory(round, what, bytes) {
  if (round > 0) (addedMegabytes[what] ??= []).push(bytes / 1024 / 1024);
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

async function upload({ url, token }, sha256) {
  const headers = { authorization: `Bearer ${token}`, 'content-length': sizeBytes };
  const sending = request(`${url}/blobs/sha256/${sha256}`, { method: 'PUT', headers });
  const answered = new Promise((resolve, reject) => sending.on('response', resolve).on('error', reject));
  await pipeline(createReadStream(file), sending);
  const answer = await answered;
  await drain(answer);
  if (answer.statusCode !== 201) throw new Error(`the upload was answered with ${answer.statusCode}`);
}

async function download({ url, token }, sha256) {
  let answer = await get(`${url}/models/admin/bench/resolve/1/${sha256}`, {
    authorization: `Bearer ${token}`,
  });
  if (answer.statusCode === 302) {
    answer.resume();
    answer = await get(answer.headers.location, {});
  }
  if (answer.statusCode !== 200) throw new Error(`the download was answered with ${answer.statusCode}`);
  await drain(answer);
}

function get(url, headers) {
  return new Promise((resolve, reject) => request(url, { headers }, resolve).on('error', reject).end());
}

async function drain(stream) {
  for await (const chunk of stream) void chunk;
}

async function writeRandom(path, bytes) {
  const target = await open(path, 'w');
  const block = randomBytes(16 * 1024 * 1024);
  for (let written = 0; written < bytes; written += block.length) {
    block.writeUInt32LE(written / block.length, 0);
    await target.write(block, 0, Math.min(block.length, bytes - written));
  }
  await target.close();
}

/** Other bytes each round, so that nobody has them already. Gives their digest. */
async function makeUnique(path) {
  const target = await open(path, 'r+');
  await target.write(randomBytes(32), 0, 32, 0);
  await target.close();
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk);
  return hash.digest('hex');
}

function fromEnvironment() {
  return {
    endpoint: process.env.S3_ENDPOINT,
    accessKeyId: process.env.S3_ACCESS_KEY_ID,
    secretAccessKey: process.env.S3_SECRET_ACCESS_KEY,
    stop: async () => undefined,
  };
}
