import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

function build(args: string[], path = process.env.PATH): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build-tfjs-addon.mjs', ...args], {
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
  });
  return { status, stderr };
}

it.each([['tpu'], ['cpu gpu'], ['--to=folder']])('refuses %s and shows how it is used', (args) => {
  const { status, stderr } = build(args.split(' '));
  expect(status).toBe(1);
  expect(stderr).toContain('Usage: node scripts/build-tfjs-addon.mjs [cpu|gpu] [--into FOLDER]');
});

it.skipIf(process.platform !== 'linux')(
  'names every tool that the machine lacks, before it fetches anything',
  () => {
    const programs = mkdtempSync(join(tmpdir(), 'zoo-programs-'));
    symlinkSync(process.execPath, join(programs, 'node'));
    const target = mkdtempSync(join(tmpdir(), 'zoo-addon-'));
    const { status, stderr } = build(['--into', target], programs);
    expect(status).toBe(1);
    expect(stderr).toContain('this machine lacks a C++ compiler (Debian: g++); make; python3');
    expect(readdirSync(target)).toEqual([]);
  },
);
