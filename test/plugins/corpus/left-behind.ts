import { readdir, readFile, readlink } from 'node:fs/promises';

/** Command lines of the processes that stand in a folder, or in one that was below it, or carry a word. Linux only. */
export async function processesOf(folder: string, word?: string): Promise<string[]> {
  const found: string[] = [];
  for (const id of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const stands = await readlink(`/proc/${id}/cwd`).catch(() => '');
    const command = (await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');
    // A zombie has no command line; its parent has not looked yet.
    if (command === '' || Number(id) === process.pid) continue;
    if (stands.startsWith(folder) || (word !== undefined && command.includes(word))) found.push(command);
  }
  return found;
}
