import { ZooError } from '../../../errors.js';
import { encodeOnnxModel } from '../../onnx/onnx-model.js';
import type { RecordedGraph, RecordedValue } from '../record/recorded-graph.js';
import { arrange, isPlain, plainLayout } from './layout.js';
import { liveValues, readersOf } from './live-values.js';
import type { LoweredGraph, LoweredPort, LoweringOptions } from './lowered-graph.js';
import type { LoweringContext } from './lowering-context.js';
import { OnnxEmitter } from './onnx-emitter.js';
import { operationTable } from './operations/operation-table.js';
import { simplifyGraph } from './simplify/simplify-graph.js';
import { ValueForms, isConstant } from './value-forms.js';

/**
 * Writes a recorded graph as an ONNX model: first simplified, then operation by operation.
 *
 * @throws ZooError TRAINING_LAYER_UNSUPPORTED naming a kernel that has no lowering
 */
export function lowerGraph(recorded: RecordedGraph, options: LoweringOptions = {}): LoweredGraph {
  const graph = simplifyGraph(recorded);
  const values = liveValues(graph);
  const onnx = new OnnxEmitter();
  const context: LoweringContext = {
    onnx,
    values: new ValueForms(onnx, options.blockSize ?? 0),
    readers: readersOf(values, Object.values(graph.outputs)),
    affine: new Map(),
    products: new Map(),
  };
  const inputs = Object.entries(graph.inputs).map(([name, value]) =>
    takeInput(portOf(name, name, value, options), value, context),
  );
  for (const value of values) {
    // A convolution may have made what is read from it as well.
    const isDone = isConstant(value) || context.values.isDefined(value);
    if (!isDone) lowerOperation(value, context);
  }
  const outputs = Object.entries(graph.outputs).map(([name, value]) =>
    giveOutput(portOf(name, `new ${name}`, value, options), value, context),
  );
  return { bytes: encodeOnnxModel(onnx.graph()), inputs, outputs };
}

function lowerOperation(value: RecordedValue, context: LoweringContext): void {
  const lowering = operationTable[value.op];
  if (lowering === undefined) {
    throw new ZooError(
      'TRAINING_LAYER_UNSUPPORTED',
      `The compiled engine cannot run the operation ${value.op}, which this network's training needs. Train on another engine, or keep the layer that needs it frozen.`,
      { operation: value.op },
    );
  }
  lowering(value, context);
}

function portOf(
  name: string,
  tensor: string,
  { shape, dtype }: RecordedValue,
  options: LoweringOptions,
): LoweredPort {
  if (dtype === 'bool') throw new Error(`${name} is boolean; programs take and give numbers`);
  const layout = options.layouts?.[name];
  return {
    name,
    tensor,
    shape,
    dtype,
    ...(layout === undefined || isPlain(layout) ? {} : { layout: [...layout] }),
  };
}

function takeInput(port: LoweredPort, value: RecordedValue, { onnx, values }: LoweringContext): LoweredPort {
  const layout = port.layout ?? plainLayout(port.shape.length);
  onnx.input({ name: port.tensor, type: port.dtype, shape: arrange(port.shape, layout) });
  values.define(value, layout, port.tensor);
  return port;
}

function giveOutput(port: LoweredPort, value: RecordedValue, { onnx, values }: LoweringContext): LoweredPort {
  const layout = port.layout ?? plainLayout(port.shape.length);
  onnx.output(values.read(value, layout), {
    name: port.tensor,
    type: port.dtype,
    shape: arrange(port.shape, layout),
  });
  return port;
}
