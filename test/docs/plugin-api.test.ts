import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { contractVersion } from '../../src/plugins/contract/contract-version.js';

const { describePluginApi } = (await import(
  new URL('../../docs/describe-plugin-api.mjs', import.meta.url).href
)) as { describePluginApi: () => Promise<Record<string, string>> };

it('the report of the plugin API and the reference made of it are those of the built types; `npm run docs` writes them', async () => {
  const pages = await describePluginApi();
  expect(Object.keys(pages)).toEqual(['docs/plugin-api.md', 'docs/guides/strategy-reference.md']);
  for (const [path, text] of Object.entries(pages)) expect(readFileSync(path, 'utf8')).toBe(text);
});

it('the report shows the version of the contract, and the reference says what everything in it is', () => {
  const report = readFileSync('docs/plugin-api.md', 'utf8');
  const reference = readFileSync('docs/guides/strategy-reference.md', 'utf8');
  expect(report).toContain(`export const contractVersion = '${contractVersion}';`);
  expect(report).not.toMatch(/^\/\/ \(undocumented\)\nexport/m);
  const names = [...report.matchAll(/^export (?:class|const|function|interface|type) (\w+)/gm)].map(
    ([, name]) => name,
  );
  expect(names.length).toBeGreaterThan(60);
  const headings = [...reference.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
  expect([...headings].sort()).toEqual([...names].sort());
});
