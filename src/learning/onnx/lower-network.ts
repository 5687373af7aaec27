import type { FeatureCut } from '../features/feature-cut.js';
import type { InputSpec } from '../model-manifest.js';
import type { NetworkLayer } from '../tfjs-layers/network.js';
import { decodeWeight } from '../tfjs-layers/stored-weight.js';
import { GraphBuilder, type Value } from './graph-builder.js';
import { encodeOnnxModel, type OnnxPort } from './onnx-model.js';

/** A network as an ONNX model, ready for a session. */
export interface LoweredNetwork {
  bytes: Uint8Array;
  /** Name of the input: [batch, height, width, channels]. */
  input: string;
  /** One per tap: float32 [batch, values]. */
  outputs: { name: string; length: number }[];
}

/**
 * Lowers the part of a frozen network that the taps need to ONNX. Batch normalisation runs on its stored statistics
 * and becomes part of the convolutions; dropout is gone; the batch size may vary from run to run.
 *
 * @param layers in running order; layers that no tap needs are left out.
 * @param input `uint8` pixels are brought to the network's range inside the graph; `float32` values go in as they are.
 * @param taps tensors to give out, each as one row per picture.
 */
export function lowerNetwork(
  layers: NetworkLayer[],
  spec: InputSpec,
  taps: readonly FeatureCut[],
  input: 'uint8' | 'float32' = 'uint8',
): LoweredNetwork {
  const needed = neededLayers(layers, taps);
  const readers = new Map<string, number>();
  for (const name of [...needed.flatMap((layer) => layer.inbound), ...taps.map((tap) => tap.layer)]) {
    readers.set(name, (readers.get(name) ?? 0) + 1);
  }
  const graph = new GraphBuilder();
  const values = new Map<string, Value>();
  for (const layer of needed) {
    const value =
      layer.kind.inputs === 'none' ? pictures(spec, input, graph) : lowerLayer(layer, values, graph);
    values.set(layer.name, { ...value, shared: (readers.get(layer.name) ?? 0) > 1 });
  }
  const outputs = taps.map((tap) => row(valueOf(tap.layer, values), tap.pooling, graph));
  const ports = outputs.map((value, index) => {
    // Every tap gets an output of its own, also when two taps are the same tensor.
    const name = `features_${index}`;
    graph.nodes.push({ op: 'Identity', inputs: [value.name], outputs: [name], attributes: {} });
    return { name, type: 'float32', shape: ['batch', ...value.shape] } satisfies OnnxPort;
  });
  const bytes = encodeOnnxModel({
    nodes: graph.nodes,
    tensors: graph.tensors,
    inputs: [{ name: 'pictures', type: input, shape: ['batch', spec.height, spec.width, spec.channels] }],
    outputs: ports,
  });
  return {
    bytes,
    input: 'pictures',
    outputs: outputs.map((value, index) => ({ name: `features_${index}`, length: value.shape[0] ?? 0 })),
  };
}

/** The layers the taps read, directly or not, in running order. */
function neededLayers(layers: NetworkLayer[], taps: readonly FeatureCut[]): NetworkLayer[] {
  const wanted = new Set(taps.map((tap) => tap.layer));
  for (const layer of [...layers].reverse()) {
    if (wanted.has(layer.name)) layer.inbound.forEach((name) => wanted.add(name));
  }
  return layers.filter((layer) => wanted.has(layer.name));
}

function lowerLayer(layer: NetworkLayer, values: ReadonlyMap<string, Value>, graph: GraphBuilder): Value {
  return layer.kind.lower(
    {
      name: layer.name,
      config: layer.config,
      inputs: layer.inbound.map((name) => valueOf(name, values)),
      outputShape: layer.outputShape,
      weight(name) {
        const weight = layer.weights.find((candidate) => candidate.name === name);
        if (weight === undefined) throw new Error(`layer ${layer.name} has no weight ${name}`);
        return decodeWeight(weight);
      },
    },
    graph,
  );
}

/** value = (pixel / 255 · (max − min) + min − mean) / std, channels first. */
function pictures(spec: InputSpec, input: 'uint8' | 'float32', graph: GraphBuilder): Value {
  const shape = [spec.height, spec.width, spec.channels];
  const turned = graph.node('Transpose', ['pictures'], { perm: [0, 3, 1, 2] });
  if (input === 'float32') return graph.value(turned, shape);
  const [min, max] = spec.range;
  const scale = spec.std.map((std) => (max - min) / 255 / std);
  const shift = spec.std.map((std, channel) => (min - (spec.mean[channel] ?? 0)) / std);
  const values = graph.value(graph.node('Cast', [turned], { to: 1 }), shape);
  const scaled = graph.elementwise('Mul', values, {}, [
    graph.weights(Float32Array.from(scale), [spec.channels, 1, 1]),
  ]);
  if (shift.every((offset) => offset === 0)) return scaled;
  return graph.elementwise('Add', scaled, {}, [
    graph.weights(Float32Array.from(shift), [spec.channels, 1, 1]),
  ]);
}

/** A tensor as one row per picture. */
function row(x: Value, pooling: FeatureCut['pooling'], graph: GraphBuilder): Value {
  const length = x.shape.reduce((product, n) => product * n, 1);
  if (x.shape.length === 1) return graph.settled(x);
  if (pooling === 'flatten' || x.shape.length !== 3) return graph.reshape(x, [length]);
  const pooled = graph.node('GlobalAveragePool', [graph.image(x).name]);
  return graph.value(graph.node('Flatten', [pooled], { axis: 1 }), [x.shape[2] ?? 0]);
}

function valueOf(name: string, values: ReadonlyMap<string, Value>): Value {
  const value = values.get(name);
  if (value === undefined) throw new Error(`layer ${name} was not lowered before it is read`);
  return value;
}
