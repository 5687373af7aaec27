import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ErrorCode } from '../../error-codes.js';
import { ZooError } from '../../errors.js';
import { contractProblem } from '../contract/contract-version.js';
import { digestPackage } from './digest-package.js';
import { endSentence } from './end-sentence.js';
import { findPackage } from './find-package.js';
import { resolveEntry } from './resolve-entry.js';
import type { StrategyOrigin } from './strategy-package.js';

/** A strategy package on disk, of which nothing has been run yet. */
export interface StrategyPackage {
  origin: Extract<StrategyOrigin, { kind: 'package' }>;
  /** Version of the contract it is written for. */
  contract: string;
}

/** One reason why a package cannot be used. */
export interface PackageProblem {
  code: ErrorCode;
  message: string;
}

/**
 * Reads a strategy package: what its package.json says, where its main module lies, and the digest of its files.
 *
 * @throws ZooError PLUGIN_PACKAGE_INVALID, PLUGIN_COMMONJS, PLUGIN_CONTRACT_UNSUPPORTED, PLUGIN_DEPENDENCY_MISSING,
 *   PLUGIN_EXPORT_MISSING: that of the first problem; `details.problems` has them all
 */
export async function readStrategyPackage(folder: string): Promise<StrategyPackage> {
  const { found, problems } = await examinePackage(folder);
  if (found === undefined) throw packageRefusal(problems);
  return found;
}

/** The same, with everything that is wrong instead of an error. */
export async function examinePackage(
  folder: string,
): Promise<
  | { found: StrategyPackage; problems: PackageProblem[] }
  | { found?: undefined; problems: [PackageProblem, ...PackageProblem[]] }
> {
  const root = await realpath(folder).catch(() => folder);
  const manifest = await readManifest(root);
  if (!manifest.success) return { problems: [invalid(manifest.problem)] };
  const { name, version, modelzoo } = manifest.data;
  const digest = await digestPackage(root).catch(problemOf);
  const { entry, problem } = await resolveEntry(root, manifest.data);
  const contract = contractProblem(modelzoo?.contract);
  const [first, ...more] = [
    ...(isCommonJs(manifest.data, entry) ? [commonJs] : []),
    ...(contract === undefined ? [] : [{ code: 'PLUGIN_CONTRACT_UNSUPPORTED' as const, message: contract }]),
    ...(problem === undefined ? [] : [{ code: 'PLUGIN_EXPORT_MISSING' as const, message: problem }]),
    ...(await dependencyProblems(root, manifest.data)),
    ...(typeof digest === 'string' ? [] : [digest]),
  ];
  if (first !== undefined || typeof digest !== 'string' || entry === undefined) {
    return { problems: [first ?? invalid('it cannot be read'), ...more] };
  }
  const identity = { name, version, digest };
  return {
    found: {
      origin: { kind: 'package', folder: root, entry, identity },
      contract: String(modelzoo?.contract),
    },
    problems: [],
  };
}

/** The error for a package that has these problems. */
function packageRefusal(problems: readonly PackageProblem[], source = 'The package'): ZooError {
  const [first] = problems;
  return new ZooError(
    first?.code ?? 'PLUGIN_PACKAGE_INVALID',
    endSentence(`${source} cannot be used: ${problems.map(({ message }) => message).join('; ')}`),
    { problems: problems.map(({ code, message }) => ({ path: '', code, message })) },
  );
}

const manifestSchema = z.looseObject({
  name: z
    .string('name is missing')
    .max(214)
    .regex(/^(@[a-z0-9~][\w.~-]*\/)?[a-z0-9~][\w.~-]*$/, 'name is not one that a registry takes')
    // Built-ins are known by it, and a name of a strategy belongs to a package.
    .refine((name) => name !== 'modelzoo', 'name is modelzoo, which is that of Model Zoo itself'),
  version: z
    .string('version is missing')
    .max(100)
    .regex(
      /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/,
      'version is not a semantic version, 1.0.0',
    ),
  type: z.string('type is not text').optional(),
  main: z.unknown().optional(),
  exports: z.unknown().optional(),
  dependencies: z.record(z.string(), z.unknown(), 'dependencies is not an object').optional(),
  peerDependencies: z.record(z.string(), z.unknown(), 'peerDependencies is not an object').optional(),
  peerDependenciesMeta: z.record(z.string(), z.looseObject({ optional: z.unknown().optional() })).optional(),
  modelzoo: z.looseObject({ contract: z.unknown().optional() }, 'modelzoo is not an object').optional(),
});

type Manifest = z.output<typeof manifestSchema>;

async function readManifest(
  folder: string,
): Promise<{ success: true; data: Manifest } | { success: false; problem: string }> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code !== undefined;
    return { success: false, problem: isAbsent ? 'it has no package.json' : 'its package.json is not JSON' };
  }
  const parsed = manifestSchema.safeParse(content);
  if (parsed.success) return parsed;
  return {
    success: false,
    problem: `in package.json ${parsed.error.issues.map(({ message }) => message).join(', ')}`,
  };
}

function isCommonJs({ type }: Manifest, entry: string | undefined): boolean {
  return type === 'module' ? (entry?.endsWith('.cjs') ?? false) : !(entry?.endsWith('.mjs') ?? false);
}

const commonJs: PackageProblem = {
  code: 'PLUGIN_COMMONJS',
  message: 'it is CommonJS; write it as ES modules and add "type": "module" to package.json',
};

async function dependencyProblems(folder: string, manifest: Manifest): Promise<PackageProblem[]> {
  const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifest;
  if ('modelzoo' in dependencies) {
    return [invalid('modelzoo stands under dependencies; a strategy has it under peerDependencies')];
  }
  if (!('modelzoo' in peerDependencies)) {
    return [missing(`package.json does not name modelzoo; add "peerDependencies": { "modelzoo": "*" }`)];
  }
  const needed = [
    ...Object.keys(dependencies),
    ...Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional),
  ];
  const problems: PackageProblem[] = [];
  for (const name of new Set(needed)) {
    if ((await findPackage(name, folder)) !== undefined) continue;
    const remedy =
      name === 'modelzoo'
        ? 'link it there, or install the package with `zoo plugin add`'
        : name in dependencies
          ? 'run `npm install` in it, or install it with `zoo plugin add`'
          : 'peer dependencies are not installed with a strategy: name it under dependencies';
    problems.push(missing(`it needs the package ${name}, which is not installed with it; ${remedy}`));
  }
  return problems;
}

function missing(message: string): PackageProblem {
  return { code: 'PLUGIN_DEPENDENCY_MISSING', message };
}

function invalid(message: string): PackageProblem {
  return { code: 'PLUGIN_PACKAGE_INVALID', message };
}

/** @throws whatever is neither a refusal of ours nor the file system's */
function problemOf(error: unknown): PackageProblem {
  if (error instanceof ZooError) return { code: error.code, message: error.message.replace(/\.$/, '') };
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return invalid(`its files cannot be read (${code})`);
}
