import type { Tf } from '../../tensor-program.js';
import type { EngineName, TrainingEngine, TrainingSpec, TrainingStep } from '../training-engine.js';
import { compileGraph } from './graph/compile-graph.js';
import { rehearse } from './rehearse.js';
import { TfjsTrainingStep } from './tfjs-training-step.js';

export interface TfjsEngineOptions {
  name: EngineName;
  version: string;
  device: string;
  notice?: string;
  /** The copy of tfjs-core that the backend came with. */
  tf: Tf;
  /** By its name in tfjs. */
  backend: string;
  /** Whether TensorFlow runs each step as one graph: with the addon only. */
  asGraph: boolean;
}

/**
 * Trains on a backend of tfjs, with whatever that has kernels for: by running the programs as they are, one operation after
 * the other; or, on TensorFlow, by having its operations recorded and run as one graph.
 */
export class TfjsTrainingEngine implements TrainingEngine {
  readonly name: EngineName;
  readonly version: string;
  readonly device: string;
  readonly notice?: string;
  readonly #tf: Tf;
  readonly #backend: string;
  readonly #asGraph: boolean;

  constructor({ name, version, device, notice, tf, backend, asGraph }: TfjsEngineOptions) {
    this.name = name;
    this.version = version;
    this.device = device;
    if (notice !== undefined) this.notice = notice;
    this.#tf = tf;
    this.#backend = backend;
    this.#asGraph = asGraph;
  }

  /** The tfjs that this engine runs on: tests ask it for its number of tensors. */
  get tf(): Tf {
    return this.#tf;
  }

  async compile(spec: TrainingSpec): Promise<TrainingStep> {
    // tfjs-core in Node has no gradients by itself; all copies of it share one registry.
    await import('../../tfjs-gradients.js');
    rehearse(spec, this.#tf, this.#backend);
    return this.#asGraph ? compileGraph(spec, this.#tf) : new TfjsTrainingStep(spec, this.#tf, this.#backend);
  }
}
