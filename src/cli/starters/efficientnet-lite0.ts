import type { ModelFile } from '../../learning/tfjs-layers/model-files.js';
import { layersModelFiles } from './layers-topology.js';
import { NetworkBuilder, type Tensor } from './network-builder.js';
import type { StateTensor } from './torch-state-dict.js';

/** A stage of EfficientNet-Lite0. Lite variants have no squeeze-and-excitation, and ReLU6 instead of swish. */
interface Stage {
  repeats: number;
  kernel: number;
  stride: number;
  expand: number;
  filters: number;
}

/** @see https://arxiv.org/abs/1905.11946 Table 1 (EfficientNet-B0), whose stages Lite0 keeps. */
const stages: Stage[] = [
  { repeats: 1, kernel: 3, stride: 1, expand: 1, filters: 16 },
  { repeats: 2, kernel: 3, stride: 2, expand: 6, filters: 24 },
  { repeats: 2, kernel: 5, stride: 2, expand: 6, filters: 40 },
  { repeats: 3, kernel: 3, stride: 2, expand: 6, filters: 80 },
  { repeats: 3, kernel: 5, stride: 1, expand: 6, filters: 112 },
  { repeats: 4, kernel: 5, stride: 2, expand: 6, filters: 192 },
  { repeats: 1, kernel: 3, stride: 1, expand: 6, filters: 320 },
];
const stemFilters = 32;
const topFilters = 1280;
const imageSize = 224;

/**
 * EfficientNet-Lite0 without its classifier, as a tfjs-layers model, from the parameters of the PyTorch port.
 *
 * The parameters were converted from the official TensorFlow checkpoint, so the convolutions pad as TensorFlow's `SAME`
 * does (on stride 2 and an even size: at the bottom and right only), and batch normalization uses epsilon 1e-3.
 *
 * @throws ZooError STARTER_FILE_REFUSED when a parameter is missing or has another shape than the architecture needs.
 */
export function buildEfficientNetLite0(state: Map<string, StateTensor>): ModelFile[] {
  const network = new NetworkBuilder(state);
  let tensor = network.input(imageSize);
  tensor = network.convolution(tensor, 'stem_conv', '_conv_stem', {
    filters: stemFilters,
    kernel: 3,
    stride: 2,
  });
  tensor = network.normalize(tensor, 'stem_bn', '_bn0', stemFilters);
  tensor = network.relu6(tensor, 'stem_relu6');

  let channels = stemFilters;
  let index = 0;
  for (const [stageIndex, stage] of stages.entries()) {
    for (let repeat = 0; repeat < stage.repeats; repeat++) {
      const name = `block${stageIndex + 1}${String.fromCharCode(97 + repeat)}`;
      const stride = repeat === 0 ? stage.stride : 1;
      tensor = addBlock(network, tensor, { ...stage, stride, name, source: `_blocks.${index}`, channels });
      channels = stage.filters;
      index++;
    }
  }

  tensor = network.convolution(tensor, 'top_conv', '_conv_head', {
    filters: topFilters,
    kernel: 1,
    stride: 1,
  });
  tensor = network.normalize(tensor, 'top_bn', '_bn1', topFilters);
  tensor = network.relu6(tensor, 'top_relu6');
  return layersModelFiles(
    network.topology('efficientnet_lite0', tensor),
    network.weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
    Buffer.concat(
      network.weights.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
    ),
  );
}

/** Mobile inverted bottleneck: expand 1×1, depthwise k×k, project 1×1, and the input added where the shapes agree. */
function addBlock(
  network: NetworkBuilder,
  input: Tensor,
  block: Stage & { name: string; source: string; channels: number },
): Tensor {
  const { name, source, channels } = block;
  const expanded = channels * block.expand;
  let tensor = input;
  if (block.expand !== 1) {
    tensor = network.convolution(tensor, `${name}_expand_conv`, `${source}._expand_conv`, {
      filters: expanded,
      kernel: 1,
      stride: 1,
    });
    tensor = network.normalize(tensor, `${name}_expand_bn`, `${source}._bn0`, expanded);
    tensor = network.relu6(tensor, `${name}_expand_relu6`);
  }
  tensor = network.depthwise(tensor, `${name}_dwconv`, `${source}._depthwise_conv`, block);
  tensor = network.normalize(tensor, `${name}_bn`, `${source}._bn1`, expanded);
  tensor = network.relu6(tensor, `${name}_relu6`);
  tensor = network.convolution(tensor, `${name}_project_conv`, `${source}._project_conv`, {
    filters: block.filters,
    kernel: 1,
    stride: 1,
  });
  tensor = network.normalize(tensor, `${name}_project_bn`, `${source}._bn2`, block.filters);
  return block.stride === 1 && channels === block.filters
    ? network.add(`${name}_add`, tensor, input)
    : tensor;
}
