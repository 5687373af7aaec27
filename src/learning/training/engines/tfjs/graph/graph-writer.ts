import { ProtobufWriter } from '../../../../onnx/protobuf-writer.js';
import type { OperationAttribute, UploadedTensor, UploadedValues } from './record-operations.js';

/** Numbers of TensorFlow's `DataType`, the same in its C API and its protocol buffers. */
export const dataType = { float32: 1, int32: 3, bool: 10 } as const;

/** `TF_AttrType` of the C API. */
const attributeType = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5 } as const;

/** A version of TensorFlow's graphs that knows every operation we write; newer ones read older ones. */
const producerVersion = 1395;

/**
 * Writes a TensorFlow graph, node by node, and wraps it into a SavedModel. A tensor is named `node:output`.
 *
 * @see tensorflow/core/framework/{graph,node_def,attr_value,tensor}.proto, tensorflow/core/protobuf/{saved_model,meta_graph}.proto
 */
export class GraphWriter {
  private readonly graph = new ProtobufWriter();
  private count = 0;

  /** @param inputs tensors, and `^node` for what has to run before. @returns the node's name. */
  node(op: string, inputs: string[], attributes: OperationAttribute[] = []): string {
    return this.add(
      op,
      inputs,
      attributes.map((attribute) => [attribute.name, attributeValue(attribute)]),
    );
  }

  placeholder(shape: number[]): string {
    const name = this.node(
      'Placeholder',
      [],
      [typeAttribute('dtype', dataType.float32), { name: 'shape', type: attributeType.shape, value: shape }],
    );
    return `${name}:0`;
  }

  /** @param tensor values row-major, or one that stands for all. */
  constant({ shape, dtype, values }: UploadedTensor): string {
    if (values.length < sizeOf(shape)) return this.filled(shape, dtype, values);
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const tensor = new ProtobufWriter().integer(1, dtype).message(2, shapeMessage(shape)).bytes(4, bytes);
    const name = this.add(
      'Const',
      [],
      [
        ['dtype', new ProtobufWriter().integer(6, dtype)],
        ['value', new ProtobufWriter().message(8, tensor)],
      ],
    );
    return `${name}:0`;
  }

  /** A float32 tensor that the session keeps from run to run. @returns its handle, and its value when a run begins. */
  variable(shape: number[]): { handle: string; value: string } {
    const handle = this.node(
      'VarHandleOp',
      [],
      [
        typeAttribute('dtype', dataType.float32),
        { name: 'shape', type: attributeType.shape, value: shape },
        { name: 'shared_name', type: attributeType.string, value: `variable${this.count}` },
      ],
    );
    const value = this.node('ReadVariableOp', [`${handle}:0`], [typeAttribute('dtype', dataType.float32)]);
    return { handle: `${handle}:0`, value: `${value}:0` };
  }

  /** @returns the node that assigns. */
  assign(handle: string, value: string): string {
    return this.node('AssignVariableOp', [handle, value], [typeAttribute('dtype', dataType.float32)]);
  }

  /** The file `saved_model.pb`. The graph's variables have no values yet. */
  savedModel(): Uint8Array {
    const versions = new ProtobufWriter().integer(1, producerVersion);
    const metaGraph = new ProtobufWriter()
      .message(1, new ProtobufWriter().text(4, savedModelTag))
      .message(2, this.graph.message(4, versions));
    return new ProtobufWriter().integer(1, 1).message(2, metaGraph).finish();
  }

  private filled(shape: number[], dtype: number, value: UploadedValues): string {
    const dims = this.constant({
      shape: [shape.length],
      dtype: dataType.int32,
      values: Int32Array.from(shape),
    });
    const inputs = [dims, this.constant({ shape: [], dtype, values: value })];
    const name = this.node('Fill', inputs, [
      typeAttribute('T', dtype),
      typeAttribute('index_type', dataType.int32),
    ]);
    return `${name}:0`;
  }

  private add(op: string, inputs: string[], attributes: [name: string, value: ProtobufWriter][]): string {
    const name = `node${this.count++}`;
    const node = new ProtobufWriter().text(1, name).text(2, op);
    for (const input of inputs) node.text(3, input);
    for (const [key, value] of attributes) {
      node.message(5, new ProtobufWriter().text(1, key).message(2, value));
    }
    this.graph.message(1, node);
    return name;
  }
}

export const savedModelTag = 'serve';

export function typeAttribute(name: string, dtype: number): OperationAttribute {
  return { name, type: attributeType.type, value: dtype };
}

function attributeValue({ type, value }: OperationAttribute): ProtobufWriter {
  const writer = new ProtobufWriter();
  switch (type) {
    case attributeType.string:
      return writer.text(2, String(value));
    case attributeType.int:
      return Array.isArray(value)
        ? writer.message(
            1,
            listOf(value, (list, element) => list.integer(3, Number(element))),
          )
        : writer.integer(3, Number(value));
    case attributeType.float:
      return Array.isArray(value)
        ? writer.message(
            1,
            listOf(value, (list, element) => list.float(4, Number(element))),
          )
        : writer.float(4, Number(value));
    case attributeType.bool:
      return Array.isArray(value)
        ? writer.message(
            1,
            listOf(value, (list, element) => list.integer(5, Number(element))),
          )
        : writer.integer(5, Number(value));
    case attributeType.type:
      return writer.integer(6, Number(value));
    case attributeType.shape:
      return writer.message(7, shapeMessage(value as number[]));
    default:
      throw new Error(`an attribute of type ${type} cannot be written`);
  }
}

function listOf<Element>(
  values: Element[],
  write: (list: ProtobufWriter, element: Element) => void,
): ProtobufWriter {
  const list = new ProtobufWriter();
  for (const value of values) write(list, value);
  return list;
}

function shapeMessage(shape: number[]): ProtobufWriter {
  const message = new ProtobufWriter();
  for (const extent of shape) message.message(2, new ProtobufWriter().integer(1, extent));
  return message;
}

function sizeOf(shape: number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
