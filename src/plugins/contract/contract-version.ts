/**
 * The version of the contract that this Model Zoo speaks, `major.minor`. It is apart from the package's own: the minor rises
 * with every addition, the major with every change that a strategy written before could notice.
 *
 * @see docs/guides/strategy-contract.md
 */
export const contractVersion = '1.1';

/**
 * Says why a strategy written for a version of the contract cannot run here; undefined when it can. It can when the major is
 * the same and the minor is not newer.
 *
 * @param declared what the strategy's package.json has under `modelzoo.contract`
 */
export function contractProblem(declared: unknown): string | undefined {
  if (declared === undefined) {
    return `package.json does not say which contract the strategy is written for; add "modelzoo": { "contract": "${contractVersion}" }`;
  }
  const parts = typeof declared === 'string' ? /^(\d{1,6})\.(\d{1,6})$/.exec(declared) : null;
  if (parts === null) {
    return `the contract is ${JSON.stringify(declared)?.slice(0, 80)}; a version such as "${contractVersion}" is expected`;
  }
  const [major, minor] = parts.slice(1).map(Number) as [number, number];
  const [ourMajor, ourMinor] = contractVersion.split('.').map(Number) as [number, number];
  if (major === ourMajor && minor <= ourMinor) return undefined;
  const isNewer = major > ourMajor || (major === ourMajor && minor > ourMinor);
  return (
    `it is written for contract ${declared}, and this Model Zoo speaks ${contractVersion}; ` +
    (isNewer
      ? 'update Model Zoo, or take an older version of the package'
      : 'take a newer version of the package')
  );
}
