import { readdir, readFile } from 'node:fs/promises';

/** A process that belongs to an attempt. */
export interface AttemptProcess {
  pid: number;
  residentBytes: number;
}

interface SystemProcess extends AttemptProcess {
  parent: number;
  group: number;
}

/** The variable in an attempt's environment by which what it started is known, whatever becomes of its parents. */
export const attemptVariable = 'ZOO_ATTEMPT';

const pageBytes = 4096;

/**
 * The process of an attempt, which leads a group, and all that it started: its group, its descendants, and whoever carries its mark in the
 * environment, which a process that left group and parents still does. Linux only, where /proc tells; elsewhere nobody is
 * found. A process that left its group, its parents and its environment behind is not found either.
 *
 * @param deep looks for the mark too, which means reading every process's environment.
 */
export async function processesOfAttempt(
  leader: number,
  mark: string,
  { deep }: { deep: boolean },
): Promise<AttemptProcess[]> {
  const all = await systemProcesses();
  const mine = new Set(all.filter(({ group }) => group === leader).map(({ pid }) => pid));
  if (deep) {
    for (const { pid } of all) if (!mine.has(pid) && (await carries(pid, mark))) mine.add(pid);
  }
  // Children are listed after their parents, but numbers begin anew some day: until nothing is added.
  for (let before = -1; before !== mine.size;) {
    before = mine.size;
    for (const { pid, parent } of all) if (mine.has(parent)) mine.add(pid);
  }
  return all.filter(({ pid }) => mine.has(pid));
}

/**
 * Kills what an attempt left behind, until nobody of it is found.
 *
 * @returns how many there were.
 */
export async function endLeftovers(leader: number, mark: string): Promise<number> {
  let ended = 0;
  // Something that starts itself anew again and again may win a round, not all of them.
  for (let round = 0; round < 20; round++) {
    const left = await processesOfAttempt(leader, mark, { deep: true });
    if (left.length === 0) break;
    ended += left.length;
    for (const { pid } of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
  }
  return ended;
}

async function systemProcesses(): Promise<SystemProcess[]> {
  if (process.platform !== 'linux') return [];
  const names = await readdir('/proc').catch(() => []);
  const found: SystemProcess[] = [];
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => undefined);
    if (stat === undefined) continue;
    // The name stands in brackets and may hold anything.
    const [state, parent, group, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie takes nothing and cannot be killed: its parent has not asked how it ended.
    if (state === 'Z' || state === 'X') continue;
    const pages = Number(rest[18]);
    found.push({
      pid: Number(name),
      parent: Number(parent),
      group: Number(group),
      residentBytes: pages * pageBytes,
    });
  }
  return found;
}

async function carries(pid: number, mark: string): Promise<boolean> {
  const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
  return environment.split('\0').includes(`${attemptVariable}=${mark}`);
}
