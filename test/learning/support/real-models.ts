import { createRequire } from 'node:module';
import {
  filesInMemory,
  type ModelFile,
  type ModelFiles,
} from '../../../src/learning/tfjs-layers/model-files.js';

/** Real networks for the tests: the two ImageNet-trained LayersModels inside the npm package nsfwjs. */
export type RealModel = 'mobilenet_v2' | 'inception_v3';

/** The files of a real model, as a folder would hold them. */
export function realModelFiles(name: RealModel): ModelFile[] {
  const require = createRequire(import.meta.url);
  const folder = `${require.resolve('nsfwjs').replace(/dist\/.*/, 'dist')}/models/${name}`;
  const unwrap = (module: unknown) =>
    typeof module === 'object' && module !== null && 'default' in module ? module.default : module;
  const modelJson = unwrap(require(`${folder}/model.min.js`)) as {
    weightsManifest: { paths: string[] }[];
  };
  const shards = modelJson.weightsManifest.flatMap((group) => group.paths);
  return [
    { path: 'model.json', bytes: Buffer.from(JSON.stringify(modelJson)) },
    ...shards.map((path) => ({
      path,
      bytes: Buffer.from(String(unwrap(require(`${folder}/${path}.min.js`))), 'base64'),
    })),
  ];
}

export function realModel(name: RealModel): ModelFiles {
  return filesInMemory(realModelFiles(name));
}
