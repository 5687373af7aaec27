import { createServer, connect, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A TCP proxy in front of a server that breaks connections, as bad networks do. */
export interface CuttingProxy {
  url: string;
  /** Connections that were cut. */
  readonly cuts: number;
  close(): Promise<void>;
}

/**
 * @param options.upload cut the first connection that sends more than this many bytes to the server
 * @param options.download cut the first connection that receives more than this many bytes
 * @param options.webSockets false: cut every connection that asks to become a WebSocket
 */
export async function startCuttingProxy(
  target: string,
  options: { upload?: number; download?: number; webSockets?: boolean },
): Promise<CuttingProxy> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  let cuts = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => open.delete(socket));
    }
    const cut = () => {
      cuts++;
      client.resetAndDestroy();
      upstream.destroy();
    };
    let up = 0;
    let down = 0;
    client.on('data', (chunk: Buffer) => {
      up += chunk.length;
      if (options.webSockets === false && /^upgrade: websocket/im.test(chunk.toString('latin1'))) {
        cut();
        return;
      }
      upstream.write(chunk, () => {
        if (cuts === 0 && options.upload !== undefined && up > options.upload) cut();
      });
    });
    upstream.on('data', (chunk: Buffer) => {
      down += chunk.length;
      client.write(chunk);
      if (cuts === 0 && options.download !== undefined && down > options.download) cut();
    });
    client.on('end', () => upstream.end());
    upstream.on('end', () => client.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get cuts() {
      return cuts;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
