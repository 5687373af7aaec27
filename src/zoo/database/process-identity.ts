import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A process told apart from a later one that got the same number. */
export interface ProcessIdentity {
  pid: number;
  /** When it started, in whatever unit the system says it. */
  started: string;
  /** The run of the operating system, and the container, in which the number means something. */
  scope: string;
}

/** The identity of a running process; one that is not running has an empty `started`. */
export async function identifyProcess(pid: number): Promise<ProcessIdentity> {
  return { pid, started: (await startOf(pid)) ?? '', scope: await currentScope() };
}

/** `unknown`: on another machine, or in another container, where this process cannot look. */
export async function isAlive(identity: ProcessIdentity): Promise<'yes' | 'no' | 'unknown'> {
  if (identity.scope !== (await currentScope())) return 'unknown';
  return (await startOf(identity.pid)) === identity.started && identity.started !== '' ? 'yes' : 'no';
}

let scope: Promise<string> | undefined;

function currentScope(): Promise<string> {
  scope ??= (async () => {
    if (process.platform !== 'linux') {
      const { stdout } = await promisify(execFile)('sysctl', ['-n', 'kern.bootsessionuuid']);
      return stdout.trim();
    }
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    return `${boot.trim()} ${await readlink('/proc/self/ns/pid')}`;
  })();
  return scope;
}

async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') {
    const started = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(
      () => undefined,
    );
    return started?.stdout.trim();
  }
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // After the program's name, which may hold spaces and brackets: state is the 1st field, start time the 20th.
  const fields = status?.slice(status.lastIndexOf(')') + 2).split(' ');
  // A zombie holds nothing any more; it only waits for its parent to take notice.
  return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}
