import type { Tf } from '../../tensor-program.js';
import type { EngineName, TrainingEngine, TrainingSpec, TrainingStep } from '../training-engine.js';
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
}

/**
 * Trains by running the programs as they are, one operation after the other, on a backend of tfjs. Nothing is compiled,
 * so it starts at once and runs whatever the backend has kernels for.
 */
export class TfjsTrainingEngine implements TrainingEngine {
  readonly name: EngineName;
  readonly version: string;
  readonly device: string;
  readonly notice?: string;
  readonly #tf: Tf;
  readonly #backend: string;

  constructor({ name, version, device, notice, tf, backend }: TfjsEngineOptions) {
    this.name = name;
    this.version = version;
    this.device = device;
    if (notice !== undefined) this.notice = notice;
    this.#tf = tf;
    this.#backend = backend;
  }

  /** The tfjs that this engine runs on: tests ask it for its number of tensors. */
  get tf(): Tf {
    return this.#tf;
  }

  async compile(spec: TrainingSpec): Promise<TrainingStep> {
    // tfjs-core in Node has no gradients by itself; all copies of it share one registry.
    await import('../../tfjs-gradients.js');
    rehearse(spec, this.#tf, this.#backend);
    return new TfjsTrainingStep(spec, this.#tf, this.#backend);
  }
}
