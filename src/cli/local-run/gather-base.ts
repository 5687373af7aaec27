import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ZooError } from '../../errors.js';
import { requireModelVersion } from '../client/find-model.js';
import type { CommandContext } from '../command-context.js';
import { pullFiles } from './pull-files.js';
import { referenceIn } from './reference-in.js';

/**
 * The folder of a base model: one that is there, or one that a model of a zoo is pulled into.
 *
 * @param target where a model is pulled to.
 * @throws ZooError FOLDER_INVALID, NOT_FOUND, PATH_REFUSED, DIGEST_MISMATCH, TRANSFER_FAILED, SERVER_UNREACHABLE
 */
export async function gatherBase(
  context: CommandContext,
  source: string,
  target: string,
  signal: AbortSignal,
): Promise<string> {
  const found = await stat(source).catch(() => undefined);
  if (found?.isDirectory()) {
    if (await isFile(join(source, 'model.json'))) return resolve(source);
    throw new ZooError(
      'FOLDER_INVALID',
      `${source} holds no model.json; --base takes the folder of a tfjs-layers model, or owner/name of a model in a zoo.`,
    );
  }
  const reference = referenceIn(source);
  if (found !== undefined || reference === undefined) {
    throw new ZooError(
      'FOLDER_INVALID',
      `--base is "${source}", which is ${found === undefined ? 'not there' : 'a file'}; expected the folder of a tfjs-layers model, or owner/name[@revision] of a model in a zoo.`,
    );
  }
  const { model, version } = await requireModelVersion(context.connection, reference);
  const label = `${model.owner.name}/${model.name}@${version.number}`;
  await pullFiles(context, { label, files: version.files }, target, signal);
  return target;
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
