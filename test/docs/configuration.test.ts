import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { clientConfigurationVariables, configurationVariables } from '../../src/config.js';

it('docs/configuration.md lists every variable with its default and meaning, and no other', () => {
  const rows = readFileSync('docs/configuration.md', 'utf8')
    .split('\n')
    .map((line) => /^\| `(\w+)` +\| (?:`(.+?)`)? *\| (.+?) +\|$/.exec(line))
    .filter((match) => match !== null)
    .map(([, name, preset = '', description]) => ({ name, default: preset, description }));
  expect(rows).toEqual([...configurationVariables, ...clientConfigurationVariables]);
});
