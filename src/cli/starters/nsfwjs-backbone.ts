import { ZooError } from '../../errors.js';
import { composeBackbone } from '../../learning/tfjs-layers/compose-classifier.js';
import { loadTfjsLayers } from '../../learning/tfjs-layers/load-tfjs-layers.js';
import { filesInMemory, type ModelFile } from '../../learning/tfjs-layers/model-files.js';
import type { InputSpec } from '../../learning/model-manifest.js';
import { layersModelFiles, type LayersTopology, type WeightSpecification } from './layers-topology.js';

/** Which networks of the package are used, and the last layer before the moderation classifier. */
const networks = {
  'mobilenet-v2': {
    load: () => import('nsfwjs/models/mobilenet_v2').then((module) => module.MobileNetV2Model),
    lastLayer: 'out_relu',
  },
  'inception-v3': {
    load: () => import('nsfwjs/models/inception_v3').then((module) => module.InceptionV3Model),
    lastLayer: 'mixed10',
  },
} as const;

export type NsfwjsNetwork = keyof typeof networks;

/** The package feeds its networks pixels divided by 255, stretched to the network's size. */
const input: Partial<InputSpec> = { range: [0, 1], resize: 'stretch', interpolation: 'bilinear' };

interface NsfwjsModelJson {
  modelTopology: LayersTopology;
  weightsManifest: { weights: WeightSpecification[] }[];
}

/**
 * A network of the npm package `nsfwjs` without its moderation classifier, as files with one shard per layer. The weights
 * stay the 8-bit codes that the package ships.
 *
 * @throws ZooError STARTER_UNAVAILABLE when the optional package is not installed.
 */
export async function readNsfwjsBackbone(network: NsfwjsNetwork): Promise<ModelFile[]> {
  const { load, lastLayer } = networks[network];
  const source = await load().catch((cause: unknown) => {
    throw new ZooError(
      'STARTER_UNAVAILABLE',
      'The optional package nsfwjs, which ships this network, is not installed. Run `npm install nsfwjs@4.3.0`.',
      {},
      { cause },
    );
  });
  const { modelTopology, weightsManifest } = (await defaultExport(source.modelJson)) as NsfwjsModelJson;
  const bundles: unknown[] = await Promise.all(source.weightBundles.map(defaultExport));
  const bytes = Buffer.concat(bundles.map((bundle) => Buffer.from(String(bundle), 'base64')));
  const weights = weightsManifest.flatMap((group) => group.weights);
  const whole = await loadTfjsLayers(
    filesInMemory(layersModelFiles(allTrainable(modelTopology, network), weights, bytes)),
    { input },
  );
  return composeBackbone(whole, lastLayer).files;
}

/** What to freeze is for whoever adapts the network to say, not for how it was once trained. */
function allTrainable(topology: LayersTopology, network: string): LayersTopology {
  const { config } = topology.model_config;
  const layers = config.layers.map((layer) =>
    layer.class_name === 'InputLayer' ? layer : { ...layer, config: { ...layer.config, trainable: true } },
  );
  const name = network.replace('-', '_');
  return { ...topology, model_config: { ...topology.model_config, config: { ...config, name, layers } } };
}

/** The modules are CommonJS bundles: what they export is the default export. */
async function defaultExport(load: () => Promise<unknown>): Promise<unknown> {
  const module = (await load()) as { default?: unknown };
  return module.default ?? module;
}
