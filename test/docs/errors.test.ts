import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorCodes, type ErrorCode } from '../../src/error-codes.js';

/** Rows of the form `| CODE | 404 | meaning |`. */
const rows = readFileSync('docs/errors.md', 'utf8')
  .split('\n')
  .map((line) => /^\| `(\w+)` +\| (\d{3}) +\| (.+?) +\|$/.exec(line))
  .filter((match) => match !== null)
  .map(([, code, status, meaning]) => ({ code: code as ErrorCode, status: Number(status), meaning }));

describe('docs/errors.md', () => {
  it('lists every code there is, and no other', () => {
    expect(rows.map((row) => row.code).sort()).toEqual(Object.keys(errorCodes).sort());
  });

  it('gives each code once, with the status and meaning the code has', () => {
    for (const { code, status, meaning } of rows) {
      expect({ code, status, meaning }).toEqual({
        code,
        status: errorCodes[code].httpStatus,
        meaning: errorCodes[code].meaning.replaceAll('|', '\\|'),
      });
    }
    expect(new Set(rows.map((row) => row.code)).size).toBe(rows.length);
  });
});
