import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fence } from '../events/job-events.js';

/** The folders of one attempt. Everything in `root` goes when the attempt ends. */
export interface WorkFolder {
  root: string;
  /** Files of the base version, or the archive of an import. Read-only files. */
  base: string;
  /** Files of the data set; of what a strategy may see, while it fits. */
  dataset: string;
  /** What the processes make. */
  output: string;
  /** Checkpoints: those of earlier attempts, and those a process writes. */
  checkpoints: string;
  /** Working directory and HOME of the processes. */
  home: string;
  /** Their TMPDIR, in it. */
  temporary: string;
}

/**
 * A worker's corner of the disk for attempts, `work/<worker id>`. Its time stamp is its sign of life: folders of workers
 * that show none for an hour are left-overs of a crash, and removed by any that lives.
 */
export class WorkFolders {
  readonly #root: string;

  constructor(
    private readonly parent: string,
    workerId: string,
  ) {
    this.#root = join(parent, workerId);
  }

  async open(): Promise<void> {
    await mkdir(this.#root, { recursive: true });
    await this.#removeLeftovers();
  }

  /** Call it every few seconds. */
  async showLife(): Promise<void> {
    const now = new Date();
    await utimes(this.#root, now, now);
    await this.#removeLeftovers();
  }

  create({ jobId, fence }: Fence): Promise<WorkFolder> {
    return createWorkFolder(join(this.#root, `${jobId}-${fence}`));
  }

  async close(): Promise<void> {
    await removeFolder(this.#root);
  }

  async #removeLeftovers(): Promise<void> {
    const anHourAgo = Date.now() - 3_600_000;
    for (const name of await readdir(this.parent)) {
      const folder = join(this.parent, name);
      const facts = await stat(folder).catch(() => undefined);
      if (facts !== undefined && facts.mtimeMs < anHourAgo) await removeFolder(folder);
    }
  }
}

/** Makes the folders of an attempt, or of a part of one that is to have its own. */
export async function createWorkFolder(root: string): Promise<WorkFolder> {
  const folder = {
    root,
    base: join(root, 'base'),
    dataset: join(root, 'dataset'),
    output: join(root, 'output'),
    checkpoints: join(root, 'checkpoints'),
    home: join(root, 'home'),
    temporary: join(root, 'home', 'tmp'),
  };
  for (const path of Object.values(folder)) await mkdir(path, { recursive: true });
  return folder;
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
