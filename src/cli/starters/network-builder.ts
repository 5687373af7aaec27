import { ZooError } from '../../errors.js';
import type { LayerConfiguration, LayersTopology } from './layers-topology.js';
import type { StateTensor } from './torch-state-dict.js';

/** A layer's output, and how many channels it has. */
export interface Tensor {
  layer: string;
  channels: number;
}

/** Collects layers and their weights, taking each weight from the state dict in PyTorch's layout. */
export class NetworkBuilder {
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
