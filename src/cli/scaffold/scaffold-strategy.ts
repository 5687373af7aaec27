import { readFile } from 'node:fs/promises';
import { packageVersion } from '../../package-version.js';

export const scaffoldLicenses = ['Apache-2.0', 'MIT', 'UNLICENSED'] as const;

/** What a new strategy package is to be called, and how it is to be had. */
export interface Scaffold {
  /** Of the strategy. */
  name: string;
  /** Of the npm package, with its scope. */
  packageName: string;
  license: (typeof scaffoldLicenses)[number];
  /** Where npm gets modelzoo for development: a version, or a tarball as `file:…`. */
  modelzoo: string;
}

/** A file of the new package. */
export interface ScaffoldFile {
  path: string;
  text: string;
}

/** Exactly these, so that a package that was made works as it was tried. */
const developmentPackages = { '@types/node': '20.19.43', typescript: '6.0.3' };

/** The template's files by where they go; package.json is made of data and has no template. */
const templates = {
  'src/index.ts': 'src/index.ts',
  'src/fit.ts': 'src/fit.ts',
  'src/solve-ridge.ts': 'src/solve-ridge.ts',
  'test/conformance.test.ts': 'test/conformance.test.ts',
  'test/solve-ridge.test.ts': 'test/solve-ridge.test.ts',
  'README.md': 'README.md',
  'tsconfig.json': 'tsconfig.json',
  // npm leaves files of these names out of packages, so the template's have no dot.
  '.gitignore': 'gitignore',
  '.npmrc': 'npmrc',
};

const assets = new URL('../../../assets/strategy-template/', import.meta.url);

const apacheLicense = new URL('../../../LICENSE', import.meta.url);

/** The files of a new strategy package: a small strategy that works, its tests, and what builds and packs it. */
export async function scaffoldStrategy(scaffold: Scaffold): Promise<ScaffoldFile[]> {
  const { license } = scaffold;
  const licenseFile = license === 'Apache-2.0' ? apacheLicense : new URL(`licenses/${license}.txt`, assets);
  const sources: [string, URL][] = [
    ...Object.entries(templates).map(([path, source]): [string, URL] => [path, new URL(source, assets)]),
    ['LICENSE', licenseFile],
  ];
  const files = await Promise.all(
    sources.map(async ([path, source]) => ({
      path,
      text: fillIn(await readFile(source, 'utf8'), scaffold),
    })),
  );
  const manifest = `${JSON.stringify(packageManifest(scaffold), null, 2)}\n`;
  return [{ path: 'package.json', text: manifest }, ...files];
}

function packageManifest({ name, packageName, license, modelzoo }: Scaffold): object {
  return {
    name: packageName,
    version: firstVersion,
    description: `A Model Zoo strategy: ${name}.`,
    license,
    // npm refuses to publish what is private; it packs it all the same.
    ...(license === 'UNLICENSED' ? { private: true } : {}),
    type: 'module',
    exports: { '.': { types: './dist/src/index.d.ts', default: './dist/src/index.js' } },
    files: ['dist/src'],
    scripts: {
      build: 'tsc',
      test: 'tsc && node --test dist/test/conformance.test.js dist/test/solve-ridge.test.js',
    },
    peerDependencies: { modelzoo: `>=${packageVersion}` },
    devDependencies: { ...developmentPackages, modelzoo },
    modelzoo: { contract: contractOfTemplate },
  };
}

const firstVersion = '0.1.0';

/** The oldest contract that has all that the template uses. */
const contractOfTemplate = '1.0';

function fillIn(text: string, { name, packageName, license }: Scaffold): string {
  const values: Record<string, string> = {
    name,
    license: license === 'UNLICENSED' ? 'All rights reserved; see LICENSE.' : `${license}; see LICENSE.`,
    tarball: `${packageName.replace('@', '').replace('/', '-')}-${firstVersion}.tgz`,
    year: String(new Date().getFullYear()),
  };
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, key: string) => values[key] ?? '');
}
