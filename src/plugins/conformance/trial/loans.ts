import { hashBytes } from '../../../learning/sha256.js';
import type { FeatureCut, LabelledFeatures, LinearProbe } from '../../contract.js';

/** What a strategy may read and must not write to. */
export class Loans {
  readonly #lent: { name: string; digest(): string; before: string }[] = [];

  lendFeatures(split: string, cuts: readonly FeatureCut[], all: readonly LabelledFeatures[]): void {
    all.forEach(({ data, labels }, at) => {
      this.#lend(`features of ${split} at ${cuts[at]?.layer}`, data);
      this.#lend(`labels of ${split}`, labels);
    });
  }

  lendProbes(probes: readonly LinearProbe[]): void {
    for (const { cut, weights, bias } of probes) {
      this.#lend(`weights of the probe at ${cut.layer}`, weights);
      this.#lend(`bias of the probe at ${cut.layer}`, bias);
    }
  }

  /** Plain data. */
  lendData(name: string, value: object): void {
    this.#add(name, () => hashBytes(JSON.stringify(value)));
  }

  /** What is not as it was when it was lent, by name. */
  changed(): string[] {
    return [
      ...new Set(this.#lent.filter(({ digest, before }) => digest() !== before).map(({ name }) => name)),
    ];
  }

  #lend(name: string, array: Float32Array | Int32Array): void {
    this.#add(name, () => hashBytes(new Uint8Array(array.buffer, array.byteOffset, array.byteLength)));
  }

  #add(name: string, digest: () => string): void {
    this.#lent.push({ name, digest, before: digest() });
  }
}
