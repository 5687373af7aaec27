import { createGraphSession } from '../../../../src/learning/training/engines/onnx/graph-session.js';
import { lowerGraph } from '../../../../src/learning/training/lower/lower-graph.js';
import type { LoweringOptions } from '../../../../src/learning/training/lower/lowered-graph.js';
import type { RecordedGraph } from '../../../../src/learning/training/record/recorded-graph.js';

/** Lowers a recorded graph to ONNX and runs it once. */
export async function runLowered(
  graph: RecordedGraph,
  inputs: Record<string, Float32Array>,
  options: LoweringOptions = {},
  threads = 1,
): Promise<Record<string, Float32Array>> {
  const session = await createGraphSession(lowerGraph(graph, options), { threads });
  const feeds = Object.entries(graph.inputs).map(([name, { dtype }]) => {
    const values = inputs[name] ?? new Float32Array();
    return [name, dtype === 'int32' ? Int32Array.from(values) : values] as const;
  });
  try {
    return await session.run(Object.fromEntries(feeds));
  } finally {
    await session.dispose();
  }
}
