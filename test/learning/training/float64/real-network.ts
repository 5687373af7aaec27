import { readFileSync, readdirSync } from 'node:fs';
import { decodeImage } from '../../../../src/learning/images/decode-image.js';
import { loadTfjsLayers } from '../../../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { filesInMemory } from '../../../../src/learning/tfjs-layers/model-files.js';
import type { LoadedModel } from '../../../../src/learning/tfjs-layers/network.js';
import { tensorNames } from '../../../../src/learning/training/programs/tensor-names.js';
import { realModelFiles } from '../../support/real-models.js';
import type { BatchTensors } from './judge-gradients.js';

const photographs = new URL('../../../../examples/clothing-mini/images/train/', import.meta.url);

/** The real MobileNetV2 for pictures of that size, which is a multiple of 32. */
export async function mobileNetV2(size: number): Promise<LoadedModel> {
  const [modelJson, ...weights] = realModelFiles('mobilenet_v2');
  if (modelJson === undefined) throw new Error('the model has no files');
  const resized = Buffer.from(modelJson.bytes)
    .toString()
    .replace(/"batch_input_shape":\[null,224,224,3\]/, `"batch_input_shape":[null,${size},${size},3]`)
    // Its own head pools what is then 7×7; ours is put in front of that, but the loader reads all.
    .replaceAll('"pool_size":[7,7]', `"pool_size":[${size / 32},${size / 32}]`);
  return loadTfjsLayers(filesInMemory([{ path: modelJson.path, bytes: Buffer.from(resized) }, ...weights]));
}

/** Real photographs, each of another class of ten, as the network takes them. */
export async function photographBatch({ manifest }: LoadedModel, rows: number): Promise<BatchTensors> {
  const classes = readdirSync(photographs).sort();
  const { height, width, channels } = manifest.input;
  const size = height * width * channels;
  const inputs = new Float32Array(rows * size);
  const targets = new Float32Array(rows * classes.length);
  for (let row = 0; row < rows; row++) {
    const folder = new URL(`${classes[row % classes.length]}/`, photographs);
    const [file = ''] = readdirSync(folder)
      .sort()
      .slice(Math.floor(row / classes.length));
    const pixels = await decodeImage(readFileSync(new URL(file, folder)), manifest.input, file);
    inputs.set(
      Float32Array.from(pixels, (value) => value / 255),
      row * size,
    );
    targets[row * classes.length + (row % classes.length)] = 1;
  }
  return { [tensorNames.inputs]: inputs, [tensorNames.targets]: targets };
}
