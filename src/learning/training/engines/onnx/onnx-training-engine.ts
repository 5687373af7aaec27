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
const loweringRevision = 2;

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
    const { batchSize, threads } = spec;
    const { batchNormalization } = spec.network;
    const plan = planExecution({ batchNormalization, batchSize, threads });
    const graphs = compileGraphs(spec, plan, await this.findBlockSize());
    const replicas = startReplicas(graphs, plan);
    try {
      await Promise.all(replicas.map((replica) => replica.ready));
      return await OnnxTrainingStep.start(spec, plan, graphs, replicas);
    } catch (error) {
      await Promise.all(replicas.map((replica) => replica.stop()));
      throw error;
    }
  }
}

function startReplicas(graphs: TrainingGraphs, plan: ExecutionPlan): ReplicaThread[] {
  const shareModel = (graph: LoweredGraph) => share(graph, plan.threadsPerReplica);
  const gradients = shareModel(graphs.gradients);
  const scores = shareModel(graphs.scores);
  const gradientPorts = graphs.gradients.outputs.filter(isNamed('gradient/'));
  const weights = createSharedTensors(
    graphs.updates.flatMap((own) => own?.update.outputs.filter(isNamed('weight/')) ?? []),
  );
  const sums = graphs.updates.map((own) => {
    const moved = new Set(own?.update.inputs.map(({ name }) => name));
    return createSharedTensors(gradientPorts.filter(({ name }) => !moved.has(name)));
  });
  return graphs.updates.map((own, index) => {
    const [ownSums, ...otherSums] = [...sums.slice(index), ...sums.slice(0, index)];
    if (ownSums === undefined) throw new Error('every replica has a place for its gradients');
    const data: ReplicaData = { gradients, scores, weights, ownSums, otherSums };
    if (own !== undefined) data.update = shareModel(own.update);
    if (own?.norm !== undefined) data.norm = shareModel(own.norm);
    return new ReplicaThread(data);
  });
}

function isNamed(prefix: string): (port: LoweredPort) => boolean {
  return ({ name }) => name.startsWith(prefix);
}

function share({ bytes, inputs, outputs }: LoweredGraph, threads: number): SharedModel {
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  return { bytes: shared, inputs, outputs, threads };
}
