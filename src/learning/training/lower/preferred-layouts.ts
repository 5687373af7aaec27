import type { RecordedGraph, RecordedValue } from '../record/recorded-graph.js';
import { depthwiseKernelFirst, kernelOutFirst, type Layout } from './layout.js';
import { liveValues, readersOf } from './live-values.js';
import { simplifyGraph } from './simplify/simplify-graph.js';

/**
 * In which order of axes the graph would best get its inputs, by name: kernels as its convolutions read them. Inputs
 * that it does not name are best as they are. For tensors that stay from run to run, such as weights, so that they are
 * not turned around in every one of them.
 */
export function preferredLayouts(graph: RecordedGraph): Record<string, Layout> {
  const simplified = simplifyGraph(graph);
  const readers = readersOf(liveValues(simplified));
  const layouts: Record<string, Layout> = {};
  for (const [name, value] of Object.entries(simplified.inputs)) {
    const layout = value.shape.length === 4 ? kernelLayout(value, readers) : undefined;
    if (layout !== undefined) layouts[name] = layout;
  }
  return layouts;
}

function kernelLayout(
  value: RecordedValue,
  readers: ReadonlyMap<RecordedValue, readonly RecordedValue[]>,
): Layout | undefined {
  for (const reader of readers.get(value) ?? []) {
    // A kernel may be scaled before it is used.
    const isScaled = reader.op === 'Multiply' && reader.shape.length === 4;
    const layout = isScaled ? kernelLayout(reader, readers) : layoutInOperation(value, reader);
    if (layout !== undefined) return layout;
  }
  return undefined;
}

function layoutInOperation(value: RecordedValue, reader: RecordedValue): Layout | undefined {
  if (reader.inputs['filter'] !== value) return undefined;
  if (reader.op.startsWith('DepthwiseConv2d')) return depthwiseKernelFirst;
  return reader.op.startsWith('Conv2D') ? kernelOutFirst : undefined;
}
