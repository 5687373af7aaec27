import { createOnnxSession } from '../engines/onnx-runtime.js';
import type { InputSpec } from '../model-manifest.js';
import { lowerNetwork } from '../onnx/lower-network.js';
import { cutBackbone } from '../tfjs-layers/compose-classifier.js';
import type { LoadedModel } from '../tfjs-layers/network.js';
import type { FeatureCut } from './feature-cut.js';
import { featureKeys } from './feature-key.js';

/** The frozen part of a network, ready to turn pictures into rows of features. */
export interface FeatureExtractor {
  readonly input: InputSpec;
  /** What it gives, in the order asked for. */
  readonly cuts: readonly ExtractedCut[];
  /**
   * May be called again before it is done.
   *
   * @param pixels uint8 [count, height, width, channels].
   * @returns per cut, float32 [count, featureDim].
   */
  run(pixels: Uint8Array, count: number): Promise<Float32Array[]>;
  dispose(): Promise<void>;
}

/** What an extractor gives at one cut. */
export interface ExtractedCut {
  cut: FeatureCut;
  /** Of a row before it was flattened: [height, width, channels] or [features]. */
  shape: number[];
  featureDim: number;
  /** Digest of everything a row depends on, except the picture. */
  key: string;
}

/**
 * Prepares the frozen prefix of a model for one or several cuts; one pass over a picture gives the features at all of
 * them. Import it in a job's process only.
 *
 * @param threads CPU threads the network may use.
 * @param watched layers to give out behind the cuts, averaged: any layer, also inside a block of branches, where no network
 *   can be cut.
 * @throws ZooError MODEL_CUT_UNKNOWN
 */
export async function createFeatureExtractor({
  model,
  cuts: whole,
  watched = [],
  threads,
}: {
  model: LoadedModel;
  cuts: readonly FeatureCut[];
  watched?: readonly string[];
  threads: number;
}): Promise<FeatureExtractor> {
  for (const cut of whole) cutBackbone(model, cut.layer);
  const cuts = [...whole, ...watched.map((layer): FeatureCut => ({ layer, pooling: 'average' }))];
  const { input } = model.manifest;
  const network = lowerNetwork(model.layers, input, cuts);
  const keys = featureKeys(model, cuts);
  const session = await createOnnxSession(network, threads);
  return {
    input,
    cuts: cuts.map((cut, index) => ({
      cut,
      shape: rowShape(model, cut),
      featureDim: network.outputs[index]?.length ?? 0,
      key: keys[index] ?? '',
    })),
    run: (pixels, count) => session.run(pixels, [count, input.height, input.width, input.channels]),
    dispose: () => session.dispose(),
  };
}

function rowShape(model: LoadedModel, { layer, pooling }: FeatureCut): number[] {
  const shape = model.layers.find(({ name }) => name === layer)?.outputShape ?? [];
  return pooling === 'average' && shape.length === 3 ? shape.slice(2) : shape;
}
