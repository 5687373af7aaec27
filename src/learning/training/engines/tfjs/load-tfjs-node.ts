import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, join, relative } from 'node:path';
import util from 'node:util';
import type { Tf } from '../../tensor-program.js';

/** tfjs on TensorFlow's own library, as a native addon: one package for the CPU, one for NVIDIA GPUs. */
export type TfjsNodePackage = 'tfjs-node' | 'tfjs-node-gpu';

/** An addon that has loaded. It brings a tfjs-core of its own; its backend is called `tensorflow`. */
export interface TfjsNode {
  tf: Tf;
  /** Of the npm package. */
  version: string;
  /** Of TensorFlow's library. */
  tensorflowVersion: string;
  usesGpu: boolean;
}

/** The addon, or in one line why there is none. */
export type TfjsNodeSearch = { found: TfjsNode } | { missing: string };

let loaded: { name: TfjsNodePackage; addon: TfjsNode } | undefined;

/**
 * Loads the addon where it is: installed beside the zoo, or built by `scripts/build-tfjs-addon.mjs`. It never throws:
 * an addon that is not there, or does not load on this machine, is an answer. A process holds one of the two packages
 * at most, since both register the same backend.
 *
 * @param addonFolder what the script built into.
 */
export function loadTfjsNode(name: TfjsNodePackage, addonFolder: string | undefined): TfjsNodeSearch {
  if (loaded?.name === name) return { found: loaded.addon };
  if (loaded !== undefined) return { missing: `this process runs on ${loaded.name} already` };
  const place = findPackage(name, addonFolder);
  if (place === undefined) return { missing: `@tensorflow/${name} is not installed` };
  try {
    const addon = load(place);
    loaded = { name, addon };
    return { found: addon };
  } catch (error) {
    return { missing: `@tensorflow/${name} does not load: ${inOneLine(error)}` };
  }
}

/** Where the package is, without loading it. */
export function findPackage(
  name: TfjsNodePackage,
  addonFolder: string | undefined,
): { require: NodeJS.Require; id: string; version: string } | undefined {
  const id = `@tensorflow/${name}`;
  const origins = [
    { origin: import.meta.url, within: '/' },
    ...(addonFolder === undefined
      ? []
      : [{ origin: join(addonFolder, name, 'package.json'), within: join(addonFolder, name) }]),
  ];
  for (const { origin, within } of origins) {
    const require = createRequire(origin);
    try {
      const path = require.resolve(`${id}/package.json`);
      // Node goes on looking in all folders above, which may be anybody's, /tmp for one.
      if (!isInside(path, within)) continue;
      const manifest = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
      return { require, id, version: manifest.version };
    } catch {
      // Not there; perhaps at the next place.
    }
  }
  return undefined;
}

function isInside(path: string, folder: string): boolean {
  const way = relative(existsSync(folder) ? realpathSync(folder) : folder, path);
  return !way.startsWith('..') && !isAbsolute(way);
}

function load({ require, id, version }: { require: NodeJS.Require; id: string; version: string }): TfjsNode {
  restoreRemovedFunction();
  silenceRegistrations(require);
  const tf = require(id) as Tf;
  const backend = tf.findBackend('tensorflow') as unknown as {
    binding: { TF_Version: string };
    isUsingGpuDevice: boolean;
  } | null;
  if (backend === null) throw new Error('it brought no TensorFlow backend');
  return { tf, version, tensorflowVersion: backend.binding.TF_Version, usesGpu: backend.isUsingGpuDevice };
}

/** tfjs-node 4.22 calls `util.isNullOrUndefined`, which Node 23 took away. */
function restoreRemovedFunction(): void {
  const old = util as { isNullOrUndefined?: (value: unknown) => boolean };
  old.isNullOrUndefined ??= (value) => value === null || value === undefined;
}

/**
 * Copies of tfjs in one process share a table of kernels, and a second copy writes a warning for every kernel that it
 * brings again: thousands of lines.
 */
function silenceRegistrations(require: NodeJS.Require): void {
  try {
    (require('@tensorflow/tfjs-core') as Tf).enableProdMode();
  } catch {
    // Then there is nothing to silence; the addon says by itself what it lacks.
  }
}

/** The first line of what was said, without the folders of this machine. */
function inOneLine(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line.replace(/(?:\/[^/\s:'"]+)+\/(?=[^/\s:'"]*)/g, '').slice(0, 300);
}
