import { onnxRuntimeEngine } from '../../../engines/onnx-runtime.js';
import { createSharedTensors } from './shared-tensors.js';
import type { LoweredGraph, LoweredPort } from '../../lower/lowered-graph.js';
import type { TrainingEngine, TrainingSpec, TrainingStep } from '../training-engine.js';
import { planExecution, type ExecutionPlan } from './execution-plan.js';
import { OnnxTrainingStep } from './onnx-training-step.js';
import { probeNchwc } from './probe-nchwc.js';
import type { ReplicaData, SharedModel } from './replica-protocol.js';
import { ReplicaThread } from './replica-thread.js';
import { compileGraphs, type TrainingGraphs } from './training-graphs.js';

/** To be raised whenever the same training would give other bits. */
const loweringRevision = 1;

/** The default engine: tensor programs recorded once, compiled to ONNX and run by ONNX Runtime on the CPU. */
export class OnnxTrainingEngine implements TrainingEngine {
  readonly name = 'onnxruntime';
  readonly version = `${onnxRuntimeEngine}/lowering-${loweringRevision}`;

  constructor(
    readonly device: string,
    /** Channels in a block of ONNX Runtime's inner form; 0 does without that form. */
    private readonly findBlockSize: () => Promise<number> = probeNchwc,
  ) {}

  async compile(spec: TrainingSpec): Promise<TrainingStep> {
    const plan = planExecution(spec);
    const graphs = compileGraphs(spec, plan, await this.findBlockSize());
    const replicas = startReplicas(graphs, plan, spec.threads);
    try {
      await Promise.all(replicas.map((replica) => replica.ready));
      return await OnnxTrainingStep.start(spec, plan, graphs, replicas);
    } catch (error) {
      await Promise.all(replicas.map((replica) => replica.stop()));
      throw error;
    }
  }
}

/** The first is the leader. */
function startReplicas(graphs: TrainingGraphs, plan: ExecutionPlan, threads: number): ReplicaThread[] {
  const gradients = share(graphs.gradients, plan.threadsPerReplica);
  const scores = share(graphs.scores, plan.threadsPerReplica);
  const update = share(graphs.update, threads);
  const weights = createSharedTensors(graphs.update.outputs.filter(isNamed('weight/')));
  const sums = Array.from({ length: plan.replicas - 1 }, () =>
    createSharedTensors(graphs.gradients.outputs.filter(isNamed('gradient/'))),
  );
  const common = { gradients, scores, weights };
  const leader: ReplicaData = { ...common, update, otherSums: sums };
  const others = sums.map((ownSums): ReplicaData => ({ ...common, ownSums, otherSums: [] }));
  return [leader, ...others].map((data) => new ReplicaThread(data));
}

function isNamed(prefix: string): (port: LoweredPort) => boolean {
  return ({ name }) => name.startsWith(prefix);
}

function share({ bytes, inputs, outputs }: LoweredGraph, threads: number): SharedModel {
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  return { bytes: shared, inputs, outputs, threads };
}
