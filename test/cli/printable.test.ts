import { afterEach, expect, test, vi } from 'vitest';
import { createOutput } from '../../src/cli/output/output.js';
import { createProgress } from '../../src/cli/output/progress.js';
import { printable } from '../../src/cli/output/printable.js';

/** Sets a terminal's clipboard, clears its screen, and goes back to the start of the line. */
const hostile = 'note\x1b]52;c;cm0gLXJm\x07\x1b[2J\r\x9b2Jrest';
const harmless = 'note�]52;c;cm0gLXJm��[2J��2Jrest';

afterEach(() => vi.restoreAllMocks());

test('lines, tabs and every script stay as they are', () => {
  const text = 'größe\t猫 👩‍🔬\nשלום';
  expect(printable(text)).toBe(text);
  expect(printable('one\r\ntwo')).toBe('one\ntwo');
});

test('what a server says cannot steer the terminal, whichever way it is shown', () => {
  const written: string[] = [];
  const take = (text: unknown) => written.push(String(text)) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(take);
  vi.spyOn(process.stderr, 'write').mockImplementation(take);
  const output = createOutput(false);
  output.line(hostile);
  output.note(hostile);
  expect(written).toEqual([`${harmless}\n`, `${harmless}\n`]);
  const shown: string[] = [];
  const stream = { write: (text: string) => shown.push(text) };
  let time = 0;
  const progress = createProgress({
    label: 'Job',
    unit: 'items',
    stream,
    silent: false,
    now: () => (time += 10_000),
  });
  progress.update(1, 2, hostile);
  progress.end(hostile);
  expect(shown).toEqual([`Job: 1 of 2  ${harmless}\n`, `${harmless}\n`]);
});
