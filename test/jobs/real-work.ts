import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { pack } from 'tar-stream';
import { announceQueued } from '../../src/jobs/events/job-signals.js';
import { launchDatasetImport } from '../../src/jobs/launch/launch-dataset-import.js';
import { watchJobEvents } from '../../src/jobs/events/watch-job-events.js';
import type { ModelFile } from '../../src/learning/tfjs-layers/model-files.js';
import type { Principal } from '../../src/zoo/access/principal.js';
import { storeBlob } from '../../src/zoo/blobs/store-blob.js';
import type { Job } from '../../src/zoo/database/entities/index.js';
import { createDataset } from '../../src/zoo/datasets/create-dataset.js';
import { publishDatasetVersion } from '../../src/zoo/datasets/publish-dataset-version.js';
import { createModel } from '../../src/zoo/models/create-model.js';
import { publishModelVersion } from '../../src/zoo/models/publish-model-version.js';
import type { Zoo } from '../../src/zoo/zoo.js';
import { plainTfjs, savedFiles } from '../learning/support/tfjs.js';
import { jobById } from './support.js';

/** A small real network of 32 × 32 pictures with two blocks, fresh from plain tfjs. */
export async function tinyNetwork(): Promise<ModelFile[]> {
  const tf = await plainTfjs();
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [32, 32, 3],
        filters: 8,
        kernelSize: 3,
        strides: 2,
        activation: 'relu',
        kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }),
      }),
      tf.layers.conv2d({
        filters: 16,
        kernelSize: 3,
        strides: 2,
        activation: 'relu',
        kernelInitializer: tf.initializers.glorotUniform({ seed: 2 }),
      }),
      tf.layers.globalAveragePooling2d({}),
      tf.layers.dense({ units: 5, activation: 'softmax' }),
    ],
  });
  return savedFiles(model);
}

/** Uploads and publishes a model as a client does, and returns the version's id. */
export async function publishTestModel(
  zoo: Zoo,
  principal: Principal,
  name: string,
  files: ModelFile[],
): Promise<string> {
  const model = await createModel(zoo, principal, { name });
  const named = await Promise.all(
    files.map(async ({ path, bytes }) => ({ path, sha256: await upload(zoo, principal, bytes) })),
  );
  return (await publishModelVersion(zoo, principal, model.id, { files: named })).id;
}

/**
 * An archive of small pictures in class folders: reddish, greenish and bluish noise, easy to tell apart. Another seed
 * gives other pictures.
 */
export async function colourArchive(perClass = 20, seed = 1): Promise<Buffer> {
  const archive = pack();
  const classes: [string, [number, number, number]][] = [
    ['blue', [60, 70, 190]],
    ['green', [60, 180, 70]],
    ['red', [190, 60, 60]],
  ];
  let state = seed;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  for (const [name, colour] of classes) {
    for (let picture = 0; picture < perClass; picture++) {
      const pixels = Buffer.alloc(32 * 32 * 3);
      for (let index = 0; index < pixels.length; index++) {
        pixels[index] = Math.max(0, Math.min(255, (colour[index % 3] ?? 0) + (random() - 0.5) * 100));
      }
      const png = await sharp(pixels, { raw: { width: 32, height: 32, channels: 3 } })
        .png()
        .toBuffer();
      archive.entry({ name: `${name}/${picture}.png` }, png);
    }
  }
  archive.finalize();
  return buffer(archive);
}

/** Class folders of files that look like pictures by their names only. */
export async function unreadableArchive(): Promise<Buffer> {
  const archive = pack();
  for (const name of ['cat', 'dog']) {
    for (let picture = 0; picture < 4; picture++)
      archive.entry({ name: `${name}/${picture}.png` }, 'no picture');
  }
  archive.finalize();
  return buffer(archive);
}

/** The real photographs of examples/clothing-mini, in their split and class folders; all of them, or a few of some classes. */
export async function clothingArchive(
  few: { classes: string[]; perFolder: number } | undefined = undefined,
): Promise<Buffer> {
  const folder = fileURLToPath(new URL('../../examples/clothing-mini/images/', import.meta.url));
  const archive = pack();
  const taken = new Map<string, number>();
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const file of files.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!file.isFile()) continue;
    const path = join(file.parentPath, file.name);
    if (few !== undefined) {
      const count = taken.get(file.parentPath) ?? 0;
      taken.set(file.parentPath, count + 1);
      if (count >= few.perFolder || !few.classes.includes(basename(file.parentPath))) continue;
    }
    archive.entry({ name: relative(folder, path) }, await readFile(path));
  }
  archive.finalize();
  return buffer(archive);
}

/** Uploads an archive and publishes it as a data set's next version; a worker has to import it. */
export async function launchTestImport(
  zoo: Zoo,
  principal: Principal,
  name: string,
  archive: Buffer,
): Promise<string> {
  const dataset = await createDataset(zoo, principal, { name });
  const archiveSha256 = await upload(zoo, principal, archive);
  const { jobId } = await publishDatasetVersion(
    zoo,
    principal,
    { datasetId: dataset.id, archiveSha256 },
    (manager, request) => launchDatasetImport(manager, principal, request),
  );
  announceQueued(zoo.database, jobId);
  return jobId;
}

/** The version of a new data set of coloured pictures, eight a class; a worker has to be there to import it. */
export async function importColours(
  zoo: Zoo,
  principal: Principal,
  name: string,
  seed: number,
): Promise<string> {
  const jobId = await launchTestImport(zoo, principal, name, await colourArchive(8, seed));
  return (await endOf(zoo, jobId)).resultDatasetVersionId ?? '';
}

export async function upload(zoo: Zoo, principal: Principal, bytes: Uint8Array): Promise<string> {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await storeBlob(zoo, principal, { sha256, sizeBytes: bytes.length }, Readable.from([bytes]));
  return sha256;
}

/** Waits until a job has ended, by its log. */
export async function endOf(zoo: Zoo, jobId: string): Promise<Job> {
  for await (const _ of watchJobEvents(zoo, jobId, 0));
  return jobById(zoo, jobId);
}
