import type { Tf } from '../../../tensor-program.js';
import type { TrainingSpec, TrainingStep } from '../../training-engine.js';
import { explainValueRead } from '../../../programs/own-function.js';
import { ownFunctionsOf } from '../../check-own-functions.js';
import { onBackend } from '../on-backend.js';
import { GraphTrainingStep } from './graph-training-step.js';
import { TensorflowSession } from './tensorflow-session.js';
import { buildTrainingGraph, type TrainingGraph } from './training-graph.js';

/** Prepares a training as one TensorFlow graph. @throws ZooError TRAINING_FUNCTION_INVALID */
export function compileGraph(spec: TrainingSpec, tf: Tf): TrainingStep {
  let graph: TrainingGraph | undefined;
  try {
    onBackend(tf, 'tensorflow', () => {
      graph = buildTrainingGraph(spec, tf);
      return {};
    });
  } catch (error) {
    throw explainValueRead(error, ownFunctionsOf(spec));
  }
  if (graph === undefined) throw new Error('no graph was built');
  const session = new TensorflowSession(tf, graph.bytes);
  try {
    return new GraphTrainingStep(spec, graph, session);
  } catch (error) {
    session.dispose();
    throw error;
  }
}
