import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Evaluation } from '../../src/learning/evaluation.js';
import { emptyFolder, runZoo, startZoo } from './run-zoo.js';

/** The embedded default, on a free port, quiet. */
const embedded = (folder: string) => ({ ZOO_DATA_DIR: folder, ZOO_PORT: '0', ZOO_LOG_LEVEL: 'error' });

/** Starts `zoo serve --json` and waits until it is open. */
async function openZoo(environment: Record<string, string>) {
  const { child, ended } = startZoo(['serve', '--json'], { environment });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, ended, ...(JSON.parse(line) as { url: string; adminToken?: string }) };
}

describe('zoo serve', () => {
  it('shows the admin token at the first start only, and refuses a second server on its folder', async () => {
    const environment = embedded(emptyFolder());
    const first = await openZoo(environment);
    expect(first.adminToken).toMatch(/^zoo_/);
    const login = await runZoo(['login', '--url', first.url, '--token', first.adminToken ?? '']);
    expect(login.code).toBe(0);

    const second = await runZoo(['serve'], { environment });
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/^DATA_DIRECTORY_LOCKED: /m);

    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);

    const again = await openZoo(environment);
    expect(again.adminToken).toBeUndefined();
    again.child.kill('SIGTERM');
    expect((await again.ended).code).toBe(0);
  });

  it('refuses a wrong configuration with exit code 2, naming variable, value and what is accepted', async () => {
    const refused = await runZoo(['serve'], { environment: { ZOO_PORT: '70000' } });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(
      'CONFIG_INVALID: ZOO_PORT is "70000"; accepted: a whole number from 0 to 65535.',
    );
  });
});

describe('zoo worker', () => {
  it('says why it cannot run on the embedded database', async () => {
    const refused = await runZoo(['worker'], { environment: embedded(emptyFolder()) });
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^CONFIG_INVALID: DATABASE_URL/) as string,
    });
  });
});

describe('zoo migrate and zoo doctor', () => {
  it('apply, show and take back migrations, and look at the machine', async () => {
    const environment = embedded(emptyFolder());
    const pending = await runZoo(['migrate', 'status', '--json'], { environment });
    const { status } = JSON.parse(pending.stdout) as { status: { name: string; applied: boolean }[] };
    expect(status.length).toBeGreaterThan(0);
    expect(status.every(({ applied }) => !applied)).toBe(true);

    const up = await runZoo(['migrate'], { environment });
    expect(up.stdout).not.toContain('pending');
    const down = await runZoo(['migrate', 'down', '--json'], { environment });
    expect((JSON.parse(down.stdout) as { takenBack: string[] }).takenBack).toEqual([status.at(-1)?.name]);

    const doctor = await runZoo(['doctor', '--json'], {
      environment: { ...environment, ZOO_MIN_FREE_DISK_BYTES: '0' },
    });
    expect(doctor.code, doctor.stdout).toBe(0);
    const findings = JSON.parse(doctor.stdout) as { what: string; ok: boolean; detail: string }[];
    const engine = findings.find(({ what }) => what === 'engine');
    expect(findings.map(({ what }) => what)).toEqual([
      'Node.js',
      'features',
      'pictures',
      'starters',
      'disk',
      'database',
      'store',
      'engine',
      ...['tfjs-node-gpu', 'onnxruntime', 'tfjs-node', 'tfjs-cpu'].filter(
        (name) => !engine?.detail.startsWith(`${name} `),
      ),
    ]);
    expect(engine?.detail).toMatch(/^[\w-]+ trains networks, on .*\d threads?$|GPU/);
    // Each engine is there, or has a line that says why not and what to do.
    for (const other of findings.slice(findings.findIndex(({ what }) => what === 'engine') + 1)) {
      expect(other.detail).toMatch(other.ok ? /^could be used too, on ./ : /^.+\. .+\.$/);
    }
    expect(findings.find(({ what }) => what === 'database')?.detail).toMatch(
      /embedded, PostgreSQL .*1 migrations pending/,
    );
  });
});

describe('zoo demo', () => {
  interface Shown {
    url: string;
    base: string;
    dataset: string;
    version: { number: number; parents: { strategy: string }[] };
    evaluation: Evaluation;
  }

  it('adapts a real network to real pictures, and does no work twice', async () => {
    const folder = join(emptyFolder(), 'demo');
    const environment = { ZOO_MIN_FREE_DISK_BYTES: '0' };
    const run = () => runZoo(['demo', '--json', '--port', '0', '--data-dir', folder], { environment });
    const first = await run();
    expect(first.code, first.stderr).toBe(0);
    const shown = JSON.parse(first.stdout.trim().split('\n').at(-1) ?? '') as Shown;
    expect(shown).toMatchObject({ base: 'starters/mobilenet-v2@1', dataset: 'demo/clothing-mini@1' });
    expect(shown.version.parents[0]?.strategy).toBe('feature-extraction-svm');
    // Ten classes: a guess gets 10 %.
    expect(shown.evaluation.imageCount).toBe(120);
    expect(shown.evaluation.accuracyInterval[0]).toBeGreaterThan(0.3);
    expect(statSync(join(folder, 'demo-token')).mode & 0o777).toBe(0o600);

    const second = await run();
    expect(second.stdout.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(second.stdout)).toMatchObject({ version: { number: 1 }, evaluation: shown.evaluation });
  });

  it('keeps the pictures it needs in the repository, with their licence', () => {
    expect(readFileSync('examples/clothing-mini/LICENSE', 'utf8')).toContain('CC0 1.0 Universal');
  });
});
