import type * as core from '@tensorflow/tfjs-core';
import type * as layers from '@tensorflow/tfjs-layers';
import { describeCpu, describeGpus } from '../describe-device.js';
import type { EngineWish } from '../engine-wish.js';
import { loadTfjsNode } from './load-tfjs-node.js';

/** tfjs-core and tfjs-layers under one name, as the package `@tensorflow/tfjs` has them. */
export type TfWithLayers = typeof core & typeof layers;

/** tfjs with its backend set, for a loop of one's own. */
export interface OpenTfjs {
  tf: TfWithLayers;
  /** For people: `tfjs-node@4.22.0 on NVIDIA H100`. */
  description: string;
}

/**
 * Opens plain tfjs on the fastest backend there is: TensorFlow's addon on a GPU, the addon on the CPU, else plain JavaScript.
 * Layers and core are of one copy. An engine that trains in the same process may run on the same addon; each sets the
 * backend that it needs.
 */
export async function openTfjs({ wanted, addonFolder, threads }: EngineWish): Promise<OpenTfjs> {
  const gpus = describeGpus();
  const names = [
    ...(gpus === undefined ? [] : (['tfjs-node-gpu'] as const)),
    ...(['tfjs-node', 'tfjs-node-gpu'] as const),
  ];
  for (const name of wanted === 'tfjs-cpu' ? [] : names) {
    const search = loadTfjsNode(name, addonFolder);
    if (!('found' in search)) continue;
    const { tf, version, usesGpu } = search.found;
    await tf.setBackend('tensorflow');
    const device = usesGpu ? (gpus ?? 'GPU') : describeCpu(threads);
    // The addon's package brings the layers with it.
    return { tf: tf as TfWithLayers, description: `${name}@${version} on ${device}` };
  }
  const core = await import('@tensorflow/tfjs-core');
  // It would advise, on standard error, to install the addon.
  core.enableProdMode();
  await import('@tensorflow/tfjs-backend-cpu');
  const layers = await import('@tensorflow/tfjs-layers');
  await core.setBackend('cpu');
  return {
    tf: { ...core, ...layers } as TfWithLayers,
    description: `tfjs-backend-cpu@${core.version_core}, plain JavaScript on one thread`,
  };
}
