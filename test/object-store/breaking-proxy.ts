import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface BreakingProxy {
  /** Address to use in place of the server's. */
  endpoint: string;
  /** The next so many connections are cut after carrying so many bytes, to the server or back. */
  breakNext(times: number, afterBytes: number, direction: 'up' | 'down'): void;
  /** How many connections were cut. */
  broken(): number;
  close(): Promise<void>;
}

/** A real TCP proxy in front of a real server that cuts connections on demand, as networks do. */
export async function startBreakingProxy(target: string): Promise<BreakingProxy> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  let plan = { times: 0, afterBytes: 0, direction: 'up' as 'up' | 'down' };
  let broken = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
      socket.on('error', () => undefined);
    }
    const cut = (): void => {
      client.destroy();
      upstream.destroy();
    };
    client.on('close', cut);
    upstream.on('close', cut);
    let carried = 0;
    (plan.direction === 'up' ? client : upstream).on('data', (chunk: Buffer) => {
      carried += chunk.length;
      if (plan.times > 0 && carried > plan.afterBytes) {
        plan.times--;
        broken++;
        cut();
      }
    });
    client.pipe(upstream);
    upstream.pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    breakNext: (times, afterBytes, direction) => {
      // Connections that are kept alive were opened under another plan.
      for (const socket of open) socket.destroy();
      plan = { times, afterBytes, direction };
    },
    broken: () => broken,
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
