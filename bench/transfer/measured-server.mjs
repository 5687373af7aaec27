/**
 * The zoo's server in a process of its own, whose memory is read from /proc. Its embedded database is another process and
 * does not count.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const token = 'a token that only this bench knows.'.replaceAll(' ', '-');

export async function startMeasuredServer(folder, environment) {
  const child = fork(fileURLToPath(import.meta.url), ['server'], {
    env: {
      PATH: process.env.PATH,
      ZOO_DATA_DIR: folder,
      ZOO_PORT: '0',
      ZOO_LOG_LEVEL: 'error',
      ZOO_ADMIN_TOKEN: token,
      ZOO_EMBEDDED_WORKER: 'false',
      ...environment,
    },
  });
  const ask = async (message) => {
    child.send(message);
    const [answer] = await once(child, 'message');
    return answer;
  };
  const [{ url }] = await once(child, 'message');
  let base = 0;
  return {
    url,
    token,
    publish: (sha256, sizeBytes) => ask({ publish: { sha256, sizeBytes } }),
    forget: (sha256) => ask({ forget: { sha256 } }),
    /** From here on the largest resident size counts. */
    resetPeak: async () => {
      await writeFile(`/proc/${child.pid}/clear_refs`, '5');
      base = await readMemory(child.pid, 'VmRSS');
    },
    addedBytes: async () => (await readMemory(child.pid, 'VmHWM')) - base,
    stop: async () => {
      child.send({ stop: true });
      await once(child, 'exit');
    },
  };
}

async function readMemory(pid, field) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)[1]) * 1024;
}

async function runServer() {
  const { loadConfig } = await import('../../dist/config.js');
  const { serve } = await import('../../dist/serve.js');
  const { url, zoo, close } = await serve(loadConfig());
  const accounts = await zoo.database.query(`SELECT id FROM accounts WHERE name = 'admin'`);
  const [{ id: owner }] = accounts;
  const [{ id: model }] = await zoo.database.query(
    `INSERT INTO models (owner_id, name, task, latest_number) VALUES ($1, 'bench', 'image-classification', 1) RETURNING id`,
    [owner],
  );
  const [{ id: version }] = await zoo.database.query(
    `INSERT INTO model_versions (model_id, number, format, manifest, parameter_count, size_bytes, digest, created_by)
     VALUES ($1, 1, 'tfjs-layers', '{}', 0, 0, $2, $3) RETURNING id`,
    [model, '0'.repeat(64), owner],
  );
  process.on('message', async (message) => {
    if (message.stop) {
      await close();
      process.exit(0);
    }
    if (message.publish) {
      const { sha256, sizeBytes } = message.publish;
      await zoo.database.query(
        `INSERT INTO version_files (version_id, path, sha256, size_bytes) VALUES ($1, $2, $2, $3)`,
        [version, sha256, sizeBytes],
      );
    }
    if (message.forget) {
      const { sha256 } = message.forget;
      await zoo.database.query(`DELETE FROM version_files WHERE sha256 = $1`, [sha256]);
      await zoo.database.query(`DELETE FROM blobs WHERE sha256 = $1`, [sha256]);
      await zoo.store.remove(sha256);
    }
    process.send({ done: true });
  });
  process.send({ url });
}

if (process.argv[2] === 'server') await runServer();
