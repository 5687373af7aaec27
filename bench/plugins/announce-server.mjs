/** The server of `announce.mjs`, in a process of its own, with the workers that announce. */
import { randomUUID } from 'node:crypto';
import { loadConfig } from '../../dist/config.js';
import { WorkerPresence } from '../../dist/jobs/worker/worker-presence.js';
import { serve } from '../../dist/serve.js';

const running = await serve(loadConfig());
const { zoo } = running;
const presences = [];

process.on('message', async (message) => {
  if (message.announce !== undefined) {
    for (const strategies of message.announce) {
      const facts = {
        version: '0.1.0',
        engine: 'onnxruntime',
        device: 'CPU',
        hasGpu: false,
        jobMemoryBytes: 2 ** 32,
      };
      const presence = new WorkerPresence(zoo, randomUUID(), facts, { onBeat: async () => undefined });
      await presence.announce({ strategies, refused: [] });
      presences.push(presence);
    }
    process.send({ announced: presences.length });
  }
  if (message.withdraw) {
    for (const presence of presences.splice(0)) await presence.withdraw();
    process.send({ withdrawn: true });
  }
  if (message.again !== undefined) {
    await presences[0].announce({ strategies: message.again, refused: [] });
    process.send({ again: true });
  }
  // Time of the processor says more than the clock on a machine that others use too.
  if (message.cpu) process.send({ cpu: process.cpuUsage() });
  // What each query would cost if it read what every worker announces.
  if (message.readAll) {
    const startedAt = performance.now();
    await zoo.database.query('SELECT strategies FROM workers');
    process.send({ readMs: performance.now() - startedAt });
  }
});
process.on('disconnect', () => process.exit());
process.send({ url: `${running.url}/graphql` });
