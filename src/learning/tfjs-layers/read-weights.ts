import { z } from 'zod';
import { ZooError } from '../../errors.js';
import type { WeightSpec } from '../layers/layer-kind.js';
import type { ModelFiles } from './model-files.js';
import { assertContained } from './contained-path.js';
import { assertFinite, storedSize, type Quantization, type StoredWeight } from './stored-weight.js';

/** The weights each layer must have, by layer name. */
export type ExpectedWeights = ReadonlyMap<string, WeightSpec[]>;

/**
 * Reads the weights a manifest describes and holds them to what the layers demand. Names, shapes and file sizes are
 * compared before a byte of them is read.
 *
 * @returns the weights by layer name, in the order of `expected`, and the paths of the files they were read from.
 * @throws ZooError MODEL_JSON_INVALID, MODEL_PATH_OUTSIDE, MODEL_SHARD_MISSING, MODEL_SIZE_MISMATCH, MODEL_TOO_LARGE,
 *   MODEL_WEIGHTS_MISSING, MODEL_WEIGHTS_EXTRA, MODEL_WEIGHT_DUPLICATE, MODEL_WEIGHT_INVALID, MODEL_WEIGHT_NOT_FINITE
 */
export async function readWeights(
  manifest: unknown[],
  files: ModelFiles,
  expected: ExpectedWeights,
  maxBytes: number,
): Promise<{ weights: Map<string, StoredWeight[]>; paths: string[] }> {
  const groups = manifest.map(parseGroup);
  const places = matchNames(groups, expected);
  const sizes = new Map((await files.list()).map((file) => [file.path, file.sizeBytes]));
  assertSizes(groups, sizes, maxBytes);

  const read = new Map([...expected].map(([layer]) => [layer, new Map<string, StoredWeight>()]));
  for (const group of groups) {
    const bytes = await readGroup(group, files, sizes);
    let offset = 0;
    for (const entry of group.weights) {
      const size = storedSize(entry.shape, entry.quantization);
      const place = places.get(entry.name);
      if (place === undefined) continue;
      const weight: StoredWeight = {
        name: place.weight.name,
        shape: entry.shape,
        quantization: entry.quantization,
        bytes: bytes.subarray(offset, offset + size),
      };
      assertFinite(place.layer, weight);
      read.get(place.layer)?.set(weight.name, weight);
      offset += size;
    }
  }
  const weights = new Map(
    [...expected].map(([layer, specs]) => [
      layer,
      specs.flatMap((spec) => read.get(layer)?.get(spec.name) ?? []),
    ]),
  );
  return { weights, paths: groups.flatMap((group) => group.paths) };
}

interface Group {
  paths: string[];
  weights: { name: string; shape: number[]; quantization: Quantization | null }[];
}

const finite = z.number();
const groupJson = z.object({
  paths: z.array(z.string().min(1).max(1024)).min(1).max(10_000),
  weights: z
    .array(
      z.object({
        name: z.string().min(1).max(512),
        shape: z.array(z.int().min(1)).max(8),
        dtype: z.string(),
        quantization: z
          .discriminatedUnion('dtype', [
            z.object({ dtype: z.literal('uint8'), scale: finite, min: finite }),
            z.object({ dtype: z.literal('uint16'), scale: finite, min: finite }),
            z.object({ dtype: z.literal('float16'), original_dtype: z.string().optional() }),
          ])
          .nullish(),
      }),
    )
    .max(50_000),
});

function parseGroup(json: unknown, index: number): Group {
  const parsed = groupJson.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ZooError(
      'MODEL_JSON_INVALID',
      `weightsManifest[${index}].${issue?.path.join('.') ?? ''} is not as tfjs writes it: ${issue?.message ?? ''}. ` +
        'Save the model again with tfjs or its converter.',
    );
  }
  for (const path of parsed.data.paths) assertContained(path);
  const weights = parsed.data.weights.map(({ name, shape, dtype, quantization }) => {
    if (dtype !== 'float32') {
      throw new ZooError(
        'MODEL_WEIGHT_INVALID',
        `Weight ${name} is ${dtype}; accepted: float32, also quantised to uint8, uint16 or float16.`,
        { weight: name, dtype },
      );
    }
    return { name, shape, quantization: asQuantization(quantization) };
  });
  return { paths: parsed.data.paths, weights };
}

function asQuantization(
  json: z.output<typeof groupJson>['weights'][number]['quantization'],
): Quantization | null {
  if (json === null || json === undefined) return null;
  return json.dtype === 'float16'
    ? { dtype: 'float16' }
    : { dtype: json.dtype, scale: json.scale, min: json.min };
}

interface Place {
  layer: string;
  weight: WeightSpec;
}

/** Finds the layer of every weight of the manifest; each must be demanded once, with this shape, and none be absent. */
function matchNames(groups: Group[], expected: ExpectedWeights): Map<string, Place> {
  const demanded = new Map<string, Place>();
  for (const [layer, weights] of expected) {
    for (const weight of weights) demanded.set(`${layer}/${weight.name}`, { layer, weight });
  }
  const places = new Map<string, Place>();
  const open = new Map(demanded);
  for (const { name, shape } of groups.flatMap((group) => group.weights)) {
    const key = spellings(name).find((spelling) => demanded.has(spelling));
    const place = key === undefined ? undefined : demanded.get(key);
    if (key === undefined || place === undefined) {
      throw new ZooError(
        'MODEL_WEIGHTS_EXTRA',
        `The manifest holds a weight ${name} that no layer of the network has. Remove it, or save topology and weights together.`,
        { weight: name },
      );
    }
    if (!open.delete(key)) {
      throw new ZooError('MODEL_WEIGHT_DUPLICATE', `The manifest holds weight ${name} twice.`, {
        weight: name,
      });
    }
    if (JSON.stringify(shape) !== JSON.stringify(place.weight.shape)) {
      throw new ZooError(
        'MODEL_WEIGHT_INVALID',
        `Weight ${name} has shape ${JSON.stringify(shape)}; layer ${place.layer} needs ${JSON.stringify(place.weight.shape)}.`,
        { weight: name, shape, expected: place.weight.shape },
      );
    }
    places.set(name, place);
  }
  if (open.size > 0) {
    const names = [...open.keys()];
    throw new ZooError(
      'MODEL_WEIGHTS_MISSING',
      `${names.length} weights of the network are not in the manifest: ${names.slice(0, 5).join(', ')}` +
        `${names.length > 5 ? ', …' : ''}. Save topology and weights together.`,
      { weights: names.slice(0, 100) },
    );
  }
  return places;
}

/**
 * Converters of several years put scopes around, or a cell's name into, `layer/weight`; some leave `:0` at the end.
 * Keras 3 calls a depthwise kernel just `kernel`.
 */
function spellings(name: string): string[] {
  const parts = name.replace(/:0$/, '').split('/');
  const scoped = parts.map((_, index) => parts.slice(index).join('/'));
  const withoutCell = [...parts.slice(0, -2), ...parts.slice(-1)].join('/');
  const known = [...scoped.slice(0, -1), withoutCell];
  return [...known, ...known.map((spelling) => spelling.replace(/\/kernel$/, '/depthwise_kernel'))];
}

function assertSizes(groups: Group[], sizes: ReadonlyMap<string, number>, maxBytes: number): void {
  const seen = new Set<string>();
  let total = 0;
  for (const group of groups) {
    let present = 0;
    for (const path of group.paths) {
      const size = sizes.get(path);
      if (size === undefined) {
        throw new ZooError(
          'MODEL_SHARD_MISSING',
          `The manifest names ${path}, which is not among the files.`,
          { path },
        );
      }
      if (seen.has(path)) {
        throw new ZooError('MODEL_JSON_INVALID', `The manifest names ${path} twice.`, { path });
      }
      seen.add(path);
      present += size;
    }
    const needed = group.weights.reduce(
      (sum, weight) => sum + storedSize(weight.shape, weight.quantization),
      0,
    );
    total += needed;
    if (total > maxBytes) {
      throw new ZooError('MODEL_TOO_LARGE', `The weights take more than ${maxBytes} bytes.`, { maxBytes });
    }
    if (present !== needed) {
      throw new ZooError(
        'MODEL_SIZE_MISMATCH',
        `${group.paths.slice(0, 3).join(', ')}${group.paths.length > 3 ? ', …' : ''} hold ${present} bytes; ` +
          `the weights described need ${needed}. The upload was cut off, or the files are of another model.`,
        { paths: group.paths.slice(0, 100), sizeBytes: present, expectedBytes: needed },
      );
    }
  }
}

async function readGroup(
  group: Group,
  files: ModelFiles,
  sizes: ReadonlyMap<string, number>,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (const path of group.paths) {
    const bytes = await files.read(path);
    if (bytes.length !== sizes.get(path)) {
      throw new ZooError(
        'MODEL_SIZE_MISMATCH',
        `${path} was listed with ${sizes.get(path) ?? 0} bytes and has ${bytes.length}.`,
        { path },
      );
    }
    parts.push(bytes);
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}
