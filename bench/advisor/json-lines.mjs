import { appendFile, readFile } from 'node:fs/promises';

/** A file of results, one a line: what is known is not computed again. */
export async function openLines(file) {
  const written = await readFile(file, 'utf8').catch(() => '');
  const lines = written
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const keys = new Set(lines.map(({ key }) => key));
  return {
    lines,
    has: (key) => keys.has(key),
    async add(line) {
      keys.add(line.key);
      await appendFile(file, `${JSON.stringify(line)}\n`);
    },
  };
}
