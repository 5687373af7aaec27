import * as tf from '@tensorflow/tfjs-core';
import '../tfjs-gradients.js';
import { ZooError } from '../../../errors.js';
import { explainValueRead } from '../programs/own-function.js';
import type { TensorProgram } from '../tensor-program.js';
import type { RecordedGraph, RecordedValue } from './recorded-graph.js';
import { RecordingBackend, recordingBackendName } from './recording-backend.js';

/**
 * Runs a program once on tensors without values and gives back what it did, operation by operation: so tfjs' own
 * gradients are written down along with the forward pass. Tensors that the program makes from numbers become constants;
 * their data is borrowed, not copied.
 *
 * The tfjs backend in use before is in use again afterwards, also when the recording fails.
 *
 * @throws ZooError TRAINING_LAYER_UNSUPPORTED when the program uses a kernel without a rule (`kernel-rules.ts`).
 * @throws ZooError TRAINING_FUNCTION_INVALID when a function of a strategy reads a value; ValueReadError when the program does, and an
 *   error when it gives none of its outputs.
 */
export function recordProgram(program: TensorProgram): RecordedGraph {
  const backend = new RecordingBackend(program.name);
  const previous = tf.getBackend() as string | undefined;
  tf.registerBackend(recordingBackendName, () => backend, 0);
  try {
    // Resolved at once: nothing about this backend is asynchronous.
    void tf.setBackend(recordingBackendName);
    return runOn(backend, program);
  } catch (error) {
    throw explain(error, program);
  } finally {
    tf.removeBackend(recordingBackendName);
    if (previous !== undefined && previous !== null) void tf.setBackend(previous);
  }
}

function runOn(backend: RecordingBackend, program: TensorProgram): RecordedGraph {
  const graph: RecordedGraph = { inputs: {}, outputs: {} };
  tf.tidy(() => {
    const inputs: Record<string, tf.Tensor> = {};
    for (const [name, spec] of Object.entries(program.inputs)) {
      const tensor = backend.createInput(name, spec);
      inputs[name] = tensor;
      graph.inputs[name] = backend.recordOf(tensor);
    }
    graph.outputs = recordedOutputs(program.run(tf, inputs), backend);
  });
  if (backend.refusal !== undefined) throw backend.refusal;
  return graph;
}

function recordedOutputs(
  outputs: Record<string, tf.Tensor>,
  backend: RecordingBackend,
): Record<string, RecordedValue> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, tensor]) => [name, backend.recordOf(tensor)]),
  );
}

function partsOfStrategy({ ownFunctions = [] }: TensorProgram): string {
  return ownFunctions.length === 0
    ? ''
    : ` It may be the strategy's own ${ownFunctions.join(' or ')} that brings it in.`;
}

/** tfjs says by its message only that a backend has no kernel of a name. */
function explain(error: unknown, program: TensorProgram): unknown {
  const [, kernel] =
    /^Kernel '([^']+)' not registered/.exec(error instanceof Error ? error.message : '') ?? [];
  if (kernel === undefined) return explainValueRead(error, program.ownFunctions);
  return new ZooError(
    'TRAINING_LAYER_UNSUPPORTED',
    `The program ${program.name} needs the tfjs kernel ${kernel}, which cannot be compiled. Train with an engine that runs ` +
      'tfjs itself, or leave out the layer that brings it in.' +
      partsOfStrategy(program),
    { program: program.name, kernel },
    { cause: error },
  );
}
