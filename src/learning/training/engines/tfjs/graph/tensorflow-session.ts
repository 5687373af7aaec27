import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../../../tensor-program.js';
import { savedModelTag } from './graph-writer.js';
import type { GraphRun } from './training-graph.js';

/** The part of the addon that runs graphs. */
interface Addon {
  loadSavedModelMetaGraph(folder: string, tags: string): number;
  runSavedModel(id: number, inputs: Tensor[], infos: { name: string }[], outputs: string[]): Tensor[];
  deleteSavedModel(id: number): void;
}

/** A graph that TensorFlow has taken in, with the values of its variables. A run blocks, as every call of the addon does. */
export class TensorflowSession {
  readonly #tf: Tf;
  readonly #addon: Addon;
  readonly #id: number;

  /** @param bytes of `saved_model.pb` */
  constructor(tf: Tf, bytes: Uint8Array) {
    this.#tf = tf;
    this.#addon = tf.findBackend('tensorflow') as unknown as Addon;
    // The addon loads from folders only.
    const folder = mkdtempSync(join(tmpdir(), 'zoo-graph-'));
    try {
      writeFileSync(join(folder, 'saved_model.pb'), bytes);
      this.#id = this.#addon.loadSavedModelMetaGraph(folder, savedModelTag);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  run({ feeds, fetches }: GraphRun, values: Record<string, Float32Array>): Record<string, Float32Array> {
    if (this.#tf.getBackend() !== 'tensorflow') void this.#tf.setBackend('tensorflow');
    const ports = Object.entries(feeds);
    const results: Record<string, Float32Array> = {};
    this.#tf.tidy(() => {
      const inputs = ports.map(([name, { shape }]) => this.#tf.tensor(values[name] ?? [], shape, 'float32'));
      const infos = ports.map(([, { tensor }]) => ({ name: tensor }));
      const outputs = this.#addon.runSavedModel(this.#id, inputs, infos, Object.values(fetches));
      Object.keys(fetches).forEach((name, at) => {
        const data = outputs[at]?.dataSync();
        if (!(data instanceof Float32Array)) throw new Error(`the graph's output ${name} is not float32`);
        // What the addon hands out may be the variable itself.
        results[name] = data.slice();
      });
    });
    return results;
  }

  dispose(): void {
    this.#addon.deleteSavedModel(this.#id);
  }
}
