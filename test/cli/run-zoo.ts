import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** Runs the built `zoo` in a process of its own, with nothing of this machine's configuration but what is given. */
export async function runZoo(args: string[], options: RunOptions = {}): Promise<Ended> {
  return startZoo(args, options).ended;
}

export interface RunOptions {
  environment?: Record<string, string>;
  input?: string;
  cwd?: string;
}

/** The same, for tests that meddle with the process while it runs. */
export function startZoo(
  args: string[],
  options: RunOptions = {},
): { child: ChildProcessWithoutNullStreams; ended: Promise<Ended> } {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: options.cwd,
    env: { PATH, XDG_CONFIG_HOME: emptyFolder(), ...options.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(options.input ?? '');
  return { child, ended: endOf(child) };
}

async function endOf(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    }),
  ]);
  return { code, stdout, stderr };
}

export function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), 'zoo-cli-'));
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let all = '';
  stream.on('data', (chunk: Buffer) => (all += chunk.toString()));
  await once(stream, 'end');
  return all;
}
