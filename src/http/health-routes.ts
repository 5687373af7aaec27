import { Router } from 'express';
import type { Zoo } from '../zoo/zoo.js';

/**
 * `/health/live`: the process answers. `/health/ready`: database and object store answer too; 503 names which does not.
 */
export function healthRoutes(zoo: Zoo): Router {
  const router = Router();
  router.get('/health/live', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/health/ready', async (_request, response) => {
    const checks = { database: zoo.database.query('SELECT 1'), store: zoo.store.check() };
    const entries = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        try {
          await within(5_000, check);
          return [name, 'ok'] as const;
        } catch (error) {
          zoo.log.warn({ err: error, check: name }, 'not ready');
          return [name, 'unavailable'] as const;
        }
      }),
    );
    const ready = entries.every(([, state]) => state === 'ok');
    response
      .status(ready ? 200 : 503)
      .setHeader('Cache-Control', 'no-store')
      .json({ status: ready ? 'ok' : 'unavailable', ...Object.fromEntries(entries) });
  });
  return router;
}

async function within(milliseconds: number, check: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    await Promise.race([check, late]);
  } finally {
    clearTimeout(timer);
  }
}
