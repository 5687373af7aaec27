import { createHash } from 'node:crypto';
import type { TestServer } from './server.js';

export interface UploadFile {
  path: string;
  bytes: Uint8Array;
}

/** A whole tfjs-layers classifier of 62 weights for 8 × 8 pictures, as `tf.LayersModel.save` writes one. */
export function tinyModelFiles({
  seed = 1,
  classes = 2,
}: { seed?: number; classes?: number } = {}): UploadFile[] {
  const shapes: [string, number[]][] = [
    ['conv/kernel', [3, 3, 3, 2]],
    ['conv/bias', [2]],
    ['scores/kernel', [2, classes]],
    ['scores/bias', [classes]],
  ];
  const count = shapes.reduce(
    (sum, [, shape]) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  );
  const weights = Float32Array.from({ length: count }, (_, index) => Math.sin((index + 1) * seed));
  const layers = [
    {
      class_name: 'Conv2D',
      config: {
        name: 'conv',
        batch_input_shape: [null, 8, 8, 3],
        dtype: 'float32',
        filters: 2,
        kernel_size: [3, 3],
        strides: [1, 1],
        padding: 'same',
        activation: 'relu',
        use_bias: true,
      },
    },
    { class_name: 'GlobalAveragePooling2D', config: { name: 'pool' } },
    {
      class_name: 'Dense',
      config: { name: 'scores', units: classes, activation: 'softmax', use_bias: true },
    },
  ];
  const json = {
    format: 'layers-model',
    generatedBy: 'keras',
    modelTopology: {
      keras_version: '2.4.0',
      model_config: { class_name: 'Sequential', config: { name: 'tiny', layers } },
    },
    weightsManifest: [
      {
        paths: ['group1-shard1of1.bin'],
        weights: shapes.map(([name, shape]) => ({ name, shape, dtype: 'float32' })),
      },
    ],
  };
  return [
    { path: 'model.json', bytes: Buffer.from(JSON.stringify(json)) },
    { path: 'group1-shard1of1.bin', bytes: new Uint8Array(weights.buffer) },
  ];
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Sends files as the CLI does and returns what `publishModelVersion` wants to know of them. */
export async function uploadFiles(
  server: TestServer,
  files: UploadFile[],
  token = server.adminToken,
): Promise<{ path: string; sha256: string }[]> {
  return Promise.all(
    files.map(async ({ path, bytes }) => {
      const sha256 = sha256Of(bytes);
      const response = await fetch(`${server.url}/blobs/sha256/${sha256}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}` },
        body: Buffer.from(bytes),
      });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return { path, sha256 };
    }),
  );
}

export interface PublishOptions {
  name: string;
  token?: string;
  visibility?: 'PUBLIC' | 'PRIVATE';
  card?: string;
  tags?: string[];
  license?: string;
  files?: UploadFile[];
  parent?: { versionId: string; relation?: string };
}

/** Makes a model with one published version, over HTTP. Ids are the opaque ones. */
export async function publishTinyModel(
  server: TestServer,
  { name, token = server.adminToken, files = tinyModelFiles(), parent, ...model }: PublishOptions,
): Promise<{ modelId: string; versionId: string }> {
  const made = await server.graphql<{ createModel: { model: { id: string } } }>(
    `mutation ($input: CreateModelInput!) { createModel(input: $input) {
       ... on CreateModelPayload { model { id } } ... on Failure { code message } } }`,
    { input: { name, ...model } },
    token,
  );
  const modelId = made.data?.createModel.model?.id;
  if (modelId === undefined) throw new Error(JSON.stringify(made));
  const versionId = await publishVersion(server, { modelId, files, token, ...(parent && { parent }) });
  return { modelId, versionId };
}

export async function publishVersion(
  server: TestServer,
  {
    modelId,
    files,
    token = server.adminToken,
    ...more
  }: { modelId: string; files: UploadFile[]; token?: string } & Record<string, unknown>,
): Promise<string> {
  const uploaded = await uploadFiles(server, files, token);
  const published = await server.graphql<{ publishModelVersion: { version: { id: string } } }>(
    `mutation ($input: PublishModelVersionInput!) { publishModelVersion(input: $input) {
       ... on PublishModelVersionPayload { version { id } } ... on Failure { code message problems { path message } } } }`,
    { input: { modelId, files: uploaded, ...more } },
    token,
  );
  const versionId = published.data?.publishModelVersion.version?.id;
  if (versionId === undefined) throw new Error(JSON.stringify(published));
  return versionId;
}
