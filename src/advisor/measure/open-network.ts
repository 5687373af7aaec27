import { createFeatureExtractor, type FeatureExtractor } from '../../learning/features/feature-extractor.js';
import type { InputSpec } from '../../learning/model-manifest.js';
import { loadTfjsLayers } from '../../learning/tfjs-layers/load-tfjs-layers.js';
import { filesOfFolder } from '../../learning/tfjs-layers/model-files.js';
import { batchNormLayers, type BatchNormLayer } from './batch-norm-layers.js';
import { profileCuts, type ProfileCut } from './profile-cuts.js';
import { asUnusable, UnusableNetwork } from './unusable-network.js';
import type { RanBatch } from './warm-speed.js';

/** A cut of a network that is open. */
export interface OpenCut extends ProfileCut {
  featureDim: number;
  /** Digest of everything that features depend on, except the pictures. */
  featureKey: string;
  /** Position among the profile cuts of its network. */
  place: number;
}

/** A network that runs on pictures. */
export interface OpenNetwork {
  input: InputSpec;
  /** Input to output. */
  cuts: readonly OpenCut[];
  /** The cuts that are not wanted. */
  leftOut: readonly OpenCut[];
  /** Gives features at all cuts, in their order. */
  atCuts: FeatureExtractor;
  /** The batch normalisations that it was opened for, none unless asked, and which output of `withBatchNorms` is whose. */
  batchNorms: readonly (BatchNormLayer & { output: number })[];
  /** Gives features at all cuts, then the outputs of the batch normalisations that are no cuts, averaged likewise. */
  withBatchNorms: FeatureExtractor;
  /** What it ran on so far. */
  readonly batches: readonly RanBatch[];
  close(): Promise<void>;
}

export interface OpenOptions {
  threads: number;
  signal: AbortSignal;
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Whether batch normalisations are looked at too; that takes a third more time. */
  withBatchNorms: boolean;
  /** Feature keys of cuts that are not wanted. */
  leaveOut?: ReadonlySet<string>;
}

/**
 * Loads the model in a folder and prepares it for its profile cuts.
 *
 * @throws UnusableNetwork; `signal.reason` when aborted
 */
export async function openNetwork(folder: string, options: OpenOptions): Promise<OpenNetwork> {
  try {
    return await open(folder, options);
  } catch (error) {
    throw asUnusable(error, 'It could not be loaded. Publish its files again.', options.signal);
  }
}

async function open(folder: string, options: OpenOptions): Promise<OpenNetwork> {
  const { threads, signal, now, leaveOut } = options;
  const model = await loadTfjsLayers(filesOfFolder(folder));
  signal.throwIfAborted();
  const profile = profileCuts(model.manifest);
  if (profile.length === 0) {
    throw new UnusableNetwork(
      'It cannot be cut anywhere: no layer’s output carries everything that follows. Choose another model.',
    );
  }
  const batchNorms = options.withBatchNorms ? batchNormLayers(model, profile) : [];
  const cutLayers = profile.map(({ layer }) => layer);
  const watched = batchNorms.map(({ layer }) => layer).filter((layer) => !cutLayers.includes(layer));
  const layers = [...cutLayers, ...watched];
  const extractor = await createFeatureExtractor({
    model,
    cuts: cutLayers.map((layer) => ({ layer, pooling: 'average' })),
    watched,
    threads,
  });
  const batches: RanBatch[] = [];
  const run: FeatureExtractor['run'] = async (pixels, count) => {
    const began = now();
    try {
      const rows = await extractor.run(pixels, count);
      batches.push({ pictures: count, began, ended: now() });
      return rows;
    } catch (error) {
      throw asUnusable(
        error,
        'It failed while it ran on the pictures: perhaps memory did not suffice.',
        signal,
      );
    }
  };
  const counting = { ...extractor, run };
  const cuts = profile.map((cut, place): OpenCut => {
    const { featureDim = 0, key = '' } = extractor.cuts[place] ?? {};
    return { ...cut, featureDim, featureKey: key, place };
  });
  const isWanted = ({ featureKey }: OpenCut) => leaveOut?.has(featureKey) !== true;
  const wanted = cuts.filter(isWanted);
  const atCuts = wanted.map(({ place }) => place);
  const ofNorms = batchNorms.map(({ layer }) => layers.indexOf(layer));
  const together = [...new Set([...atCuts, ...ofNorms])];
  return {
    input: extractor.input,
    cuts: wanted,
    leftOut: cuts.filter((cut) => !isWanted(cut)),
    atCuts: onlyOutputs(counting, atCuts),
    batchNorms: batchNorms.map((norm, at) => ({ ...norm, output: together.indexOf(ofNorms[at] ?? -1) })),
    withBatchNorms: onlyOutputs(counting, together),
    batches,
    close: () => extractor.dispose(),
  };
}

/** The same network with some of its outputs. */
export function onlyOutputs(extractor: FeatureExtractor, outputs: readonly number[]): FeatureExtractor {
  return {
    input: extractor.input,
    cuts: outputs.flatMap((output) => extractor.cuts[output] ?? []),
    run: async (pixels, count) => {
      const rows = await extractor.run(pixels, count);
      return outputs.flatMap((output) => rows[output] ?? []);
    },
    dispose: () => extractor.dispose(),
  };
}
