import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadTfjsLayers } from '../../dist/learning/tfjs-layers/load-tfjs-layers.js';
import { filesOfFolder } from '../../dist/learning/tfjs-layers/model-files.js';
import { decodeWeight } from '../../dist/learning/tfjs-layers/stored-weight.js';

/**
 * Writes a model's weights as raw float32 files, so that a peer starts from the same network.
 *
 * @returns per layer with weights, in running order: its name, and per weight name, shape and file.
 */
export async function exportWeights(modelFolder, targetFolder) {
  const model = await loadTfjsLayers(filesOfFolder(modelFolder));
  await mkdir(targetFolder, { recursive: true });
  const layers = [];
  for (const [index, layer] of model.layers.entries()) {
    const weights = [];
    for (const [position, weight] of layer.weights.entries()) {
      const file = join(targetFolder, `${index}-${position}.f32`);
      await writeFile(file, decodeWeight(weight));
      weights.push({ name: weight.name, shape: weight.shape, file });
    }
    if (weights.length > 0) layers.push({ name: layer.name, weights });
  }
  return layers;
}
