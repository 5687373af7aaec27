import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contractProblem, contractVersion } from '../../../src/plugins/contract/contract-version.js';

const [major, minor] = contractVersion.split('.').map(Number) as [number, number];

describe('a package is taken', () => {
  it.each([contractVersion, ...Array.from({ length: minor }, (_, older) => `${major}.${older}`)])(
    'when it is written for %s',
    (declared) => expect(contractProblem(declared)).toBeUndefined(),
  );
});

describe('a package is refused, and told which side to update,', () => {
  it.each([
    [`${major}.${minor + 1}`, 'update Model Zoo, or take an older version of the package'],
    [`${major + 1}.0`, 'update Model Zoo, or take an older version of the package'],
    [`${major - 1}.9`, 'take a newer version of the package'],
  ])('when it is written for %s', (declared, advice) => {
    expect(contractProblem(declared)).toBe(
      `it is written for contract ${declared}, and this Model Zoo speaks ${contractVersion}; ${advice}`,
    );
  });

  it('when it does not say', () => {
    expect(contractProblem(undefined)).toBe(
      `package.json does not say which contract the strategy is written for; add "modelzoo": { "contract": "${contractVersion}" }`,
    );
  });

  it.each([1, null, '', '1', '1.0.0', '^1.0', 'latest', { major: 1 }, '1.0\n', '1e1.0'])(
    'when it says %j',
    (declared) => {
      expect(contractProblem(declared)).toBe(
        `the contract is ${JSON.stringify(declared)}; a version such as "${contractVersion}" is expected`,
      );
    },
  );
});

it('the guide names the version', () => {
  const guide = readFileSync('docs/guides/strategy-contract.md', 'utf8');
  expect(guide).toContain(`"contract": "${contractVersion}"`);
});
