import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configurationVariables, loadConfig } from '../../src/config.js';

interface Service {
  image: string;
  build?: { dockerfile: string; target: string };
  environment: Record<string, string>;
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
  ports?: string[];
  volumes?: string[];
}
const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
  services: Record<'postgres' | 's3' | 'server' | 'worker', Service>;
  volumes: Record<string, null>;
};
const dockerfile = readFileSync('docker/Dockerfile', 'utf8');
const exampleEnvironment = new Map(
  readFileSync('docker/example.env', 'utf8')
    .split('\n')
    .filter((line) => /^\w+=/.test(line))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
);

/** What Compose makes of `${NAME:-default}` and `${NAME:?message}`. */
function interpolate(text: string): string {
  return text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind: string, rest: string) => {
    const value = exampleEnvironment.get(name);
    if (value) return value;
    if (kind === '?') throw new Error(`${name} is needed but not in docker/example.env`);
    return rest ?? '';
  });
}

/** A reference such as `postgres:17.6-bookworm`: a tag with at least two numbers, or a digest. */
const pinned = /(:[\w.-]*\d+\.\d+[\w.-]*|@sha256:[0-9a-f]{64})$/;

describe('docker-compose.yml', () => {
  it.each(['server', 'worker'] as const)(
    'sets only variables of the %s that the configuration knows',
    (name) => {
      const known = configurationVariables.map((variable) => variable.name);
      expect(Object.keys(compose.services[name].environment).filter((each) => !known.includes(each))).toEqual(
        [],
      );
    },
  );

  it.each(['server', 'worker'] as const)(
    'gives the %s a configuration that loads, on PostgreSQL and S3',
    (name) => {
      const environment = Object.fromEntries(
        Object.entries(compose.services[name].environment).map(([key, value]) => [key, interpolate(value)]),
      );
      const config = loadConfig(environment);
      expect(config.database.url).toContain('@postgres:5432/');
      expect(config.s3?.endpoint).toBe('http://s3:9000');
      expect(config.worker.embedded).toBe(name === 'worker');
    },
  );

  it('pins every image', () => {
    for (const service of Object.values(compose.services)) expect(interpolate(service.image)).toMatch(pinned);
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image ?? '');
    const stages = [...dockerfile.matchAll(/ AS (\S+)$/gm)].map(([, stage]) => stage ?? '');
    const images = bases.filter((image) => !stages.includes(image));
    expect(images.length).toBeGreaterThan(0);
    for (const image of images) expect(image).toMatch(pinned);
  });

  it('builds targets that the Dockerfile has, and runs them as a user who is not root', () => {
    for (const name of ['server', 'worker'] as const) {
      const target = compose.services[name].build?.target ?? '';
      const stage = dockerfile
        .split(/^FROM /m)
        .find((each) => each.split('\n')[0]?.endsWith(` AS ${target}`));
      expect(stage, `stage ${target}`).toBeDefined();
      const users = [...(stage ?? '').matchAll(/^USER (\S+)/gm)].map(([, user]) => user);
      const base = [...(dockerfile.split(' AS worker')[0] ?? '').matchAll(/^USER (\S+)/gm)].map(
        ([, user]) => user,
      );
      expect([...base, ...users].at(-1)).toBe('node');
    }
  });

  it('copies into the image everything that the package consists of', () => {
    const { files } = JSON.parse(readFileSync('package.json', 'utf8')) as { files: string[] };
    const base =
      dockerfile.split(/^FROM /m).find((stage) => stage.split('\n')[0]?.endsWith(' AS base')) ?? '';
    const copied = [...base.matchAll(/^COPY (?:--from=\S+ )?(.+) \S+$/gm)].flatMap(([, sources]) =>
      (sources ?? '').split(' ').map((source) => source.replace(/^\/app\//, '')),
    );
    expect(files.filter((file) => !copied.includes(file))).toEqual([]);
    const ignored = readFileSync('.dockerignore', 'utf8').split('\n');
    for (const file of files.filter((each) => each !== 'dist')) expect(ignored).toContain(`!${file}`);
  });

  it('waits for what is healthy, and checks everything it waits for', () => {
    for (const service of Object.values(compose.services)) {
      for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
        expect(condition).toBe('service_healthy');
        const awaited = compose.services[name as keyof typeof compose.services];
        const checkedByImage = awaited.build && dockerfile.includes('HEALTHCHECK');
        expect(
          awaited.healthcheck !== undefined || checkedByImage,
          `${name} has a health check`,
        ).toBeTruthy();
      }
    }
  });

  it('opens ports to this machine only, unless told otherwise', () => {
    const ports = Object.values(compose.services).flatMap((service) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(interpolate(port)).toMatch(/^127\.0\.0\.1:/);
  });

  it('keeps data in volumes that it declares', () => {
    const used = Object.values(compose.services).flatMap((service) => service.volumes ?? []);
    expect(used.map((volume) => volume.split(':')[0]).sort()).toEqual(Object.keys(compose.volumes).sort());
  });
});
