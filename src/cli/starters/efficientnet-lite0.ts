import { ZooError } from '../../errors.js';
import type { ModelFile } from '../../learning/tfjs-layers/model-files.js';
import { layersModelFiles, type LayerConfiguration, type LayersTopology } from './layers-topology.js';
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

/** A layer's output, and how many channels it has. */
interface Tensor {
  layer: string;
  channels: number;
}

/** Collects layers and their weights, taking each weight from the state dict in PyTorch's layout. */
class NetworkBuilder {
  readonly weights: (StateTensor & { name: string })[] = [];
  private readonly layers: LayerConfiguration[] = [];

  constructor(private readonly state: Map<string, StateTensor>) {}

  input(size: number): Tensor {
    const config = { batch_input_shape: [null, size, size, 3], dtype: 'float32', sparse: false };
    return this.layer('InputLayer', 'input', config, [], 3);
  }

  convolution(
    input: Tensor,
    name: string,
    source: string,
    shape: { filters: number; kernel: number; stride: number },
  ): Tensor {
    const { filters, kernel, stride } = shape;
    const parameter = this.parameter(`${source}.weight`, [filters, input.channels, kernel, kernel]);
    // PyTorch [out, in, height, width] → tfjs [height, width, in, out].
    this.weights.push({
      name: `${name}/kernel`,
      shape: [kernel, kernel, input.channels, filters],
      data: permute(parameter, [2, 3, 1, 0]),
    });
    const config = { ...windowConfig(kernel, stride), filters };
    return this.layer('Conv2D', name, config, [input], filters);
  }

  depthwise(input: Tensor, name: string, source: string, shape: { kernel: number; stride: number }): Tensor {
    const { kernel, stride } = shape;
    const parameter = this.parameter(`${source}.weight`, [input.channels, 1, kernel, kernel]);
    // PyTorch [channels, 1, height, width] → tfjs [height, width, channels, 1].
    this.weights.push({
      name: `${name}/depthwise_kernel`,
      shape: [kernel, kernel, input.channels, 1],
      data: permute(parameter, [2, 3, 0, 1]),
    });
    const config = { ...windowConfig(kernel, stride), depth_multiplier: 1 };
    return this.layer('DepthwiseConv2D', name, config, [input], input.channels);
  }

  normalize(input: Tensor, name: string, source: string, channels: number): Tensor {
    const parts = {
      gamma: 'weight',
      beta: 'bias',
      moving_mean: 'running_mean',
      moving_variance: 'running_var',
    };
    for (const [part, parameter] of Object.entries(parts)) {
      const { data, shape } = this.parameter(`${source}.${parameter}`, [channels]);
      this.weights.push({ name: `${name}/${part}`, shape, data });
    }
    const config = { axis: -1, momentum: 0.99, epsilon: 1e-3, center: true, scale: true };
    return this.layer('BatchNormalization', name, config, [input], channels);
  }

  relu6(input: Tensor, name: string): Tensor {
    return this.layer(
      'ReLU',
      name,
      { max_value: 6, negative_slope: 0, threshold: 0 },
      [input],
      input.channels,
    );
  }

  add(name: string, first: Tensor, second: Tensor): Tensor {
    return this.layer('Add', name, {}, [first, second], first.channels);
  }

  topology(name: string, output: Tensor): LayersTopology {
    const config = {
      name,
      layers: this.layers,
      input_layers: [['input', 0, 0]] as [string, number, number][],
      output_layers: [[output.layer, 0, 0]] as [string, number, number][],
    };
    return { keras_version: '2.2.4', backend: 'tensorflow', model_config: { class_name: 'Model', config } };
  }

  private layer(
    className: string,
    name: string,
    config: Record<string, unknown>,
    inputs: Tensor[],
    channels: number,
  ): Tensor {
    this.layers.push({
      class_name: className,
      name,
      config: { name, trainable: true, ...config },
      inbound_nodes: inputs.length === 0 ? [] : [inputs.map(({ layer }) => [layer, 0, 0, {}])],
    });
    return { layer: name, channels };
  }

  private parameter(name: string, shape: number[]): StateTensor {
    const tensor = this.state.get(name);
    if (tensor === undefined || tensor.shape.join() !== shape.join()) {
      throw new ZooError(
        'STARTER_FILE_REFUSED',
        `The state dict has ${tensor ? `[${tensor.shape.join(', ')}]` : 'nothing'} under "${name}"; EfficientNet-Lite0 needs [${shape.join(', ')}].`,
      );
    }
    return tensor;
  }
}

function windowConfig(kernel: number, stride: number): Record<string, unknown> {
  return {
    kernel_size: [kernel, kernel],
    strides: [stride, stride],
    padding: 'same',
    data_format: 'channels_last',
    dilation_rate: [1, 1],
    activation: 'linear',
    use_bias: false,
  };
}

/** Transposes a row-major tensor of four axes. */
function permute(tensor: StateTensor, order: [number, number, number, number]): Float32Array {
  const { shape, data } = tensor;
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const size = order.map((axis) => shape[axis] ?? 0);
  const step = order.map((axis) => strides[axis] ?? 0);
  const result = new Float32Array(data.length);
  let target = 0;
  for (let a = 0; a < (size[0] ?? 0); a++) {
    for (let b = 0; b < (size[1] ?? 0); b++) {
      for (let c = 0; c < (size[2] ?? 0); c++) {
        let source = a * (step[0] ?? 0) + b * (step[1] ?? 0) + c * (step[2] ?? 0);
        for (let d = 0; d < (size[3] ?? 0); d++, source += step[3] ?? 0) result[target++] = data[source] ?? 0;
      }
    }
  }
  return result;
}
