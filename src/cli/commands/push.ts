import { readFile, stat } from 'node:fs/promises';
import { ZooError } from '../../errors.js';
import { loadTfjsLayers } from '../../learning/tfjs-layers/load-tfjs-layers.js';
import { filesOfFolder, type ModelFile, type ModelFiles } from '../../learning/tfjs-layers/model-files.js';
import { writeLayerShards } from '../../learning/tfjs-layers/write-layer-shards.js';
import { failureSelection, mutate } from '../client/graphql-request.js';
import { publishModel } from '../client/publish-model.js';
import { bytesSource } from '../client/upload-blob.js';
import type { CommandContext } from '../command-context.js';
import { formatCount } from '../output/format.js';
import { parseName } from '../reference.js';

export interface PushFlags {
  task?: string;
  license?: string;
  tag: string[];
  public?: boolean;
  labels?: string;
  alias: string[];
  message?: string;
}

const setAlias = `mutation SetAlias($input: SetAliasInput!) {
  setAlias(input: $input) { ${failureSelection} ... on SetAliasPayload { alias { name } } }
}`;

/** Files that may lie beside a model in a folder and mean nothing to it. */
const leftBehind = /(^|\/)(\..*|node_modules\/.*)$/;

/**
 * `zoo push`: checks a folder with the strict loader, lays its weights out by layer, sends what is new and publishes.
 *
 * @throws ZooError FOLDER_INVALID, MODEL_* as the loader finds, and what the server refuses
 */
export async function push(
  context: CommandContext,
  folder: string,
  reference: string,
  flags: PushFlags,
): Promise<void> {
  const { owner, name } = parseName(reference);
  const labels = flags.labels === undefined ? undefined : await readLabels(flags.labels);
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) {
    throw new ZooError(
      'FOLDER_INVALID',
      `${folder} is not a folder; expected one that holds model.json and its weights.`,
    );
  }
  const folderFiles = filesOfFolder(folder);
  const model = await loadTfjsLayers(folderFiles, labels === undefined ? {} : { labels });
  const files = [...writeLayerShards(model), ...(await filesBesideModel(folderFiles, model.weightFiles))];
  context.output.note(
    `${folder} is a sound tfjs-layers model: ${model.layers.length} layers, ${formatCount(model.manifest.parameterCount)} parameters.`,
  );
  const { modelId, number, published } = await publishModel(context, {
    owner,
    name,
    files: files.map(({ path, bytes }) => ({ path, source: bytesSource(bytes) })),
    create: {
      task: flags.task,
      license: flags.license,
      tags: flags.tag.length > 0 ? flags.tag : undefined,
      visibility: flags.public ? 'PUBLIC' : 'PRIVATE',
    },
    notes: flags.message,
  });
  for (const alias of flags.alias) {
    await mutate(context.connection, setAlias, { modelId, alias, version: number });
  }
  context.output.line(
    published
      ? `Published ${owner}/${name}@${number}.`
      : `${owner}/${name}@${number} has these files already; nothing was published.`,
  );
  context.output.document({ owner, name, version: number, published, aliases: flags.alias });
}

/** The card, the hub's config.json and the like; not the files of the model itself, which were read and laid out anew. */
async function filesBesideModel(folder: ModelFiles, weightFiles: string[]): Promise<ModelFile[]> {
  const listed = await folder.list();
  const ofModel = new Set(['model.json', ...weightFiles]);
  const beside = listed.filter(({ path }) => !ofModel.has(path) && !leftBehind.test(path));
  return Promise.all(beside.map(async ({ path }) => ({ path, bytes: await folder.read(path) })));
}

/** A name a line; an empty last line does not count. */
async function readLabels(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new ZooError(
      'FOLDER_INVALID',
      `${file} cannot be read; expected a text file with one class name a line.`,
    );
  });
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line, index, lines) => line !== '' || index < lines.length - 1);
}
