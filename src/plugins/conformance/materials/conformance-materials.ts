import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mostClasses } from './draw-picture.js';
import { tinyNetwork } from './tiny-network.js';
import { writePictureSet, type PictureCounts } from './write-picture-set.js';

/** Base models: one of an even size, and one whose sides are odd and differ. */
const networkSizes = { usual: { height: 32, width: 32 }, odd: { height: 37, width: 29 } } as const;

export type BaseName = keyof typeof networkSizes;

const pictureCounts = {
  easy: counts(4, { train: 12, validation: 5, test: 10 }),
  'two-classes': counts(2, { train: 8, validation: 3, test: 6 }),
  'many-classes': counts(mostClasses, { train: 3, validation: 1, test: 2 }),
  'one-picture': { train: [1, 8, 8], validation: [3, 3, 3], test: [5, 5, 5] },
} as const satisfies Record<string, PictureCounts>;

export type PictureSetName = keyof typeof pictureCounts;

/** The networks and pictures that strategies are tried on: drawn on this machine, nothing is downloaded. */
export interface ConformanceMaterials {
  /** Where features are kept, so that a second run finds them. */
  cacheFolder: string;
  /** Files of a base model. Made when first asked for. */
  base(name: BaseName): Promise<string>;
  /** Files of a data set. Made when first asked for. */
  pictures(name: PictureSetName): Promise<string>;
  /** A folder for what a run writes. */
  newFolder(): Promise<string>;
}

let materials: Promise<ConformanceMaterials> | undefined;

/** One set for the whole process, in a temporary folder that goes when the process ends. */
export function conformanceMaterials(): Promise<ConformanceMaterials> {
  materials ??= prepare();
  return materials;
}

async function prepare(): Promise<ConformanceMaterials> {
  await removeLeftBehind();
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const made = new Map<string, Promise<string>>();
  const once = (name: string, make: (target: string) => Promise<void>): Promise<string> => {
    const target = join(folder, name);
    const making = made.get(name) ?? make(target).then(() => target);
    made.set(name, making);
    return making;
  };
  return {
    cacheFolder: join(folder, 'cache'),
    base: (name) => once(`base-${name}`, (target) => writeNetwork(target, networkSizes[name])),
    pictures: (name) => once(`pictures-${name}`, (target) => writePictureSet(target, pictureCounts[name])),
    newFolder: () => mkdtemp(join(folder, 'run-')),
  };
}

const prefix = 'modelzoo-conformance-';

/** Test runners kill processes that have nothing more to do, and then nobody removes what they had. */
async function removeLeftBehind(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
    if (Number.isNaN(pid) || isRunning(pid)) continue;
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function writeNetwork(folder: string, size: { height: number; width: number }): Promise<void> {
  for (const { path, bytes } of await tinyNetwork(size)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

function counts(classes: number, perClass: Record<keyof PictureCounts, number>): PictureCounts {
  const each = (count: number): number[] => new Array<number>(classes).fill(count);
  return { train: each(perClass.train), validation: each(perClass.validation), test: each(perClass.test) };
}
