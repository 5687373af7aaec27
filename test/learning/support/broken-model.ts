import { loadTfjsLayers } from '../../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { filesInMemory, type ModelFile } from '../../../src/learning/tfjs-layers/model-files.js';
import type { ModelMetadata } from '../../../src/learning/tfjs-layers/model-metadata.js';
import { writeLayerShards } from '../../../src/learning/tfjs-layers/write-layer-shards.js';
import { realModel } from './real-models.js';

/** One way to break a model, and what the loader must say to it. */
export interface Refusal {
  what: string;
  code: string;
  says: string;
  damage(json: ModelJson, files: Map<string, Uint8Array>): unknown;
}

interface LayerEntry {
  name: string;
  class_name: string;
  config: Record<string, unknown>;
  inbound_nodes: [string, number, number, object][][];
}
interface WeightEntry {
  name: string;
  shape: number[];
  dtype: string;
  quantization?: Record<string, unknown>;
}
export interface ModelJson {
  format?: string;
  modelTopology: {
    class_name: string;
    config: { name: string; layers: LayerEntry[]; input_layers: unknown[]; output_layers: unknown[] };
  };
  weightsManifest: { paths: string[]; weights: WeightEntry[] }[];
  userDefinedMetadata: Record<string, unknown>;
}

/** The error the loader gives for a real MobileNetV2, written by us as one shard per layer, with one thing broken. */
export async function loadBroken(
  damage: (json: ModelJson, files: Map<string, Uint8Array>) => void,
  overrides?: ModelMetadata,
): Promise<unknown> {
  const original = writeLayerShards(await loadTfjsLayers(realModel('mobilenet_v2')));
  const files = new Map(original.map((file) => [file.path, new Uint8Array(file.bytes)]));
  const json = JSON.parse(Buffer.from(files.get('model.json') ?? []).toString()) as ModelJson;
  damage(json, files);
  if (files.has('model.json')) {
    const untouched = original.find((file) => file.path === 'model.json')?.bytes ?? Buffer.alloc(0);
    // A test that wrote model.json itself keeps what it wrote.
    if (Buffer.compare(files.get('model.json') ?? Buffer.alloc(0), untouched) === 0) {
      files.set('model.json', Buffer.from(JSON.stringify(json)));
    }
  }
  const list: ModelFile[] = [...files].map(([path, bytes]) => ({ path, bytes }));
  return loadTfjsLayers(filesInMemory(list), overrides).then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** The layer of that name. */
export const layer = (json: ModelJson, name: string): LayerEntry => {
  const found = json.modelTopology.config.layers.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`no layer ${name}`);
  return found;
};
/** A weight and the group of the manifest it stands in. */
export const group = (json: ModelJson, weight: string) => {
  const found = json.weightsManifest.find((entry) => entry.weights.some(({ name }) => name === weight));
  const entry = found?.weights.find(({ name }) => name === weight);
  if (found === undefined || entry === undefined) throw new Error(`no weight ${weight}`);
  return { group: found, weight: entry };
};

/** Shortens a file, or lengthens it with zeros. */
export function cutTo(files: Map<string, Uint8Array>, path: string, length: number): void {
  const bytes = new Uint8Array(length);
  bytes.set((files.get(path) ?? new Uint8Array()).subarray(0, length));
  files.set(path, bytes);
}
