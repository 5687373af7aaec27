import { Buffer } from 'node:buffer';
import { createRequire } from 'node:module';
import { loadTfjsLayers } from '../../dist/learning/tfjs-layers/load-tfjs-layers.js';
import { filesInMemory } from '../../dist/learning/tfjs-layers/model-files.js';

/** The starter's network as its package ships it, whole: MobileNetV2, 224 × 224, width 1. */
export function loadMobileNetV2() {
  const require = createRequire(import.meta.url);
  const folder = `${require.resolve('nsfwjs').replace(/dist\/.*/, 'dist')}/models/mobilenet_v2`;
  const modelJson = require(`${folder}/model.min.js`);
  const json = modelJson.default ?? modelJson;
  const shards = json.weightsManifest
    .flatMap((group) => group.paths)
    .map((path) => {
      const shard = require(`${folder}/${path}.min.js`);
      return { path, bytes: Buffer.from(shard.default ?? shard, 'base64') };
    });
  return loadTfjsLayers(
    filesInMemory([{ path: 'model.json', bytes: Buffer.from(JSON.stringify(json)) }, ...shards]),
  );
}
