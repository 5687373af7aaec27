import type { PGlite } from '@electric-sql/pglite';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { FrameReader, type FrameEvent } from './postgres-frames.js';

/**
 * Serves a PGlite over a unix socket in PostgreSQL's protocol, **one client at a time**. PGlite is a single session:
 * two clients whose messages interleave would commit each other's transactions and see each other's settings. So the
 * next client waits until the one before has gone, its transaction is rolled back and its session reset.
 */
export class SessionServer {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private turn: Promise<void> = Promise.resolve();
  private readOnly = false;

  constructor(
    private readonly database: PGlite,
    /** Asked before every statement outside a transaction; `false` turns the database read-only. */
    private readonly mayWrite: () => boolean,
    /** The database itself has failed (not a statement): nothing can be served any more. */
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.server = createServer((socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      this.turn = this.turn.then(() => this.serve(socket)).catch(this.onFailure);
    });
  }

  async listen(path: string): Promise<void> {
    this.server.listen(path);
    await once(this.server, 'listening');
  }

  /** Ends every client after the statement it is in, and returns when the last is done. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
    await this.turn;
  }

  private async serve(socket: Socket): Promise<void> {
    for await (const event of eventsOf(socket)) {
      if (event.type === 'encryption-request') socket.write('N');
      else if (event.type === 'end') socket.end();
      else if (!socket.destroyed) await this.answer(socket, event.bytes);
    }
    if (this.database.isInTransaction()) await this.run('ROLLBACK');
    await this.run('DISCARD ALL');
    this.readOnly = false;
  }

  private async answer(socket: Socket, bytes: Uint8Array): Promise<void> {
    const readOnly = !this.mayWrite();
    if (readOnly !== this.readOnly && !this.database.isInTransaction()) {
      await this.run(`SET default_transaction_read_only = ${readOnly ? 'on' : 'off'}`);
      this.readOnly = readOnly;
    }
    await this.database.execProtocolRawStream(bytes, {
      // Copied: PGlite reuses the memory it points to.
      onRawData: (data) => {
        if (socket.writable) socket.write(Buffer.from(data));
      },
    });
  }

  private async run(statement: string): Promise<void> {
    await this.database.exec(statement);
  }
}

/**
 * What the client sends until it ends, in whatever way: one that is killed, or that talks nonsense, is an end like
 * any other.
 */
async function* eventsOf(socket: Socket): AsyncGenerator<FrameEvent> {
  const reader = new FrameReader();
  try {
    for await (const chunk of socket) yield* reader.push(chunk as Buffer);
  } catch {
    socket.destroy();
  }
}
