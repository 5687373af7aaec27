import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

export interface ServerCommand {
  command: string;
  args: string[];
  /** The signal that makes it stop at once and cleanly. */
  signal: NodeJS.Signals;
  env?: Record<string, string | undefined>;
  uid?: number;
  gid?: number;
}

export interface ServerProcess {
  /** What it has printed so far. */
  output(): string;
  /** Rejects with the output when the server ends before it was told to. */
  ended: Promise<never>;
  stop(): Promise<void>;
}

/** Starts a real server for the tests. It dies with this process, however that ends. */
export function startServerProcess(command: ServerCommand): ServerProcess {
  const child = fork(
    fileURLToPath(new URL('./die-with-parent.js', import.meta.url)),
    [JSON.stringify(command)],
    {
      silent: true,
      execArgv: [],
    },
  );
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'exit').then(([code]: unknown[]) =>
    Promise.reject<never>(new Error(`${command.command} ended with ${String(code)}:\n${output}`)),
  );
  ended.catch(() => undefined);
  return { output: () => output, ended, stop: () => stop(child) };
}

/** A TCP port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.send('stop', () => undefined);
  await exited;
}
