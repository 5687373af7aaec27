import { ProtobufWriter } from './protobuf-writer.js';

/** A number of an attribute is an integer unless it says `float` or `floats`. */
export type Attribute =
  number | { float: number } | { floats: readonly number[] } | string | readonly number[];

export interface OnnxNode {
  op: string;
  /** Empty text leaves an optional input out. */
  inputs: string[];
  outputs: string[];
  attributes: Record<string, Attribute>;
  /** Left out: ONNX' own operators. */
  domain?: OnnxDomain;
}

/** Operators that ONNX Runtime adds: its published ones, and those it computes on blocks of channels with. */
export type OnnxDomain = 'com.microsoft' | 'com.microsoft.nchwc';

export interface OnnxTensor {
  name: string;
  shape: number[];
  /** A Uint8Array holds booleans. */
  data: Float32Array | BigInt64Array | Int32Array | Uint8Array;
}

export interface OnnxPort {
  name: string;
  type: 'uint8' | 'float32' | 'float64' | 'int32';
  /** Text is a dimension that may vary, for example `batch`. */
  shape: (number | string)[];
}

export interface OnnxGraph {
  nodes: OnnxNode[];
  tensors: OnnxTensor[];
  inputs: OnnxPort[];
  outputs: OnnxPort[];
}

const opset = 18;
const elementTypes = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float64: 11 };

/**
 * Serialises a graph as an ONNX model.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto for the field numbers
 */
export function encodeOnnxModel(graph: OnnxGraph): Uint8Array {
  const body = new ProtobufWriter();
  graph.nodes.forEach((node, index) => body.message(1, encodeNode(node, index)));
  body.text(2, 'network');
  for (const tensor of graph.tensors) body.message(5, encodeTensor(tensor));
  for (const input of graph.inputs) body.message(11, encodePort(input));
  for (const output of graph.outputs) body.message(12, encodePort(output));
  const model = new ProtobufWriter()
    .integer(1, 9)
    .text(2, 'modelzoo')
    .message(7, body)
    .message(8, new ProtobufWriter().text(1, '').integer(2, opset));
  const domains = new Set(graph.nodes.flatMap((node) => node.domain ?? []));
  for (const domain of domains) model.message(8, new ProtobufWriter().text(1, domain).integer(2, 1));
  return model.finish();
}

function encodeNode(node: OnnxNode, index: number): ProtobufWriter {
  const message = new ProtobufWriter();
  for (const input of node.inputs) message.text(1, input);
  for (const output of node.outputs) message.text(2, output);
  message.text(3, `${node.op}_${index}`).text(4, node.op);
  for (const [name, value] of Object.entries(node.attributes))
    message.message(5, encodeAttribute(name, value));
  return node.domain === undefined ? message : message.text(7, node.domain);
}

function encodeAttribute(name: string, value: Attribute): ProtobufWriter {
  const message = new ProtobufWriter().text(1, name);
  if (typeof value === 'number') return message.integer(3, value).integer(20, 2);
  if (typeof value === 'string') return message.text(4, value).integer(20, 3);
  if ('float' in value) return message.float(2, value.float).integer(20, 1);
  if ('floats' in value) {
    for (const item of value.floats) message.float(7, item);
    return message.integer(20, 6);
  }
  for (const item of value) message.integer(8, item);
  return message.integer(20, 7);
}

function encodeTensor(tensor: OnnxTensor): ProtobufWriter {
  const { data } = tensor;
  const message = new ProtobufWriter();
  for (const length of tensor.shape) message.integer(1, length);
  message.integer(2, elementTypeOf(data));
  message.text(8, tensor.name);
  return message.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function elementTypeOf(data: OnnxTensor['data']): number {
  if (data instanceof Float32Array) return elementTypes.float32;
  if (data instanceof Int32Array) return elementTypes.int32;
  return data instanceof Uint8Array ? elementTypes.bool : elementTypes.int64;
}

function encodePort(port: OnnxPort): ProtobufWriter {
  const shape = new ProtobufWriter();
  for (const length of port.shape) {
    const dimension = new ProtobufWriter();
    shape.message(1, typeof length === 'number' ? dimension.integer(1, length) : dimension.text(2, length));
  }
  const tensor = new ProtobufWriter().integer(1, elementTypes[port.type]).message(2, shape);
  return new ProtobufWriter().text(1, port.name).message(2, new ProtobufWriter().message(1, tensor));
}
