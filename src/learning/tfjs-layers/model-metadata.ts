import { z } from 'zod';
import { ZooError } from '../../errors.js';
import type { InputSpec } from '../model-manifest.js';
import type { ModelFiles } from './model-files.js';
import { isRecord } from './normalize-layer.js';

/** What the layers cannot say: the names of the outputs and how pictures are prepared. Missing parts are guessed. */
export interface ModelMetadata {
  labels?: string[] | null;
  input?: Partial<InputSpec>;
}

const numbers = z.array(z.number()).min(1).max(16);
const inputSpec = z.object({
  height: z.int().min(1).max(8192).optional(),
  width: z.int().min(1).max(8192).optional(),
  channels: z.union([z.literal(1), z.literal(3)]).optional(),
  range: z.tuple([z.number(), z.number()]).optional(),
  mean: numbers.optional(),
  std: numbers.refine((list) => list.every((value) => value !== 0), 'no zero').optional(),
  resize: z.enum(['stretch', 'cover']).optional(),
  interpolation: z.enum(['bilinear', 'bicubic', 'nearest']).optional(),
});
const metadataJson = z.object({
  labels: z.array(z.string().min(1).max(500)).max(100_000).nullish(),
  input: inputSpec.optional(),
});

/** Where our own part stands in model.json's userDefinedMetadata. */
export const metadataKey = 'modelzoo';

const maxFileBytes = 8 * 2 ** 20;

/**
 * Gathers what is known of labels and preprocessing. Later beats earlier: the hub's config.json and
 * preprocessor_config.json, modelzoo.json, our part of model.json, the caller's `overrides`.
 *
 * @throws ZooError MODEL_METADATA_INVALID
 */
export async function readMetadata(
  userDefinedMetadata: Record<string, unknown>,
  files: ModelFiles,
  overrides: ModelMetadata,
): Promise<ModelMetadata> {
  const sizes = new Map((await files.list()).map((file) => [file.path, file.sizeBytes]));
  const sources: ModelMetadata[] = [
    fromHub(await readJson('config.json'), await readJson('preprocessor_config.json')),
    check(await readJson('modelzoo.json'), 'modelzoo.json'),
    check(userDefinedMetadata[metadataKey], `userDefinedMetadata.${metadataKey}`),
    check(overrides, 'the given metadata'),
  ];
  return sources.reduce((known, next) => ({
    labels: next.labels === undefined ? known.labels : next.labels,
    input: { ...known.input, ...next.input },
  }));

  async function readJson(path: string): Promise<unknown> {
    const size = sizes.get(path);
    if (size === undefined) return undefined;
    if (size > maxFileBytes) {
      throw new ZooError(
        'MODEL_METADATA_INVALID',
        `${path} has ${size} bytes; at most ${maxFileBytes} are read.`,
      );
    }
    try {
      return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await files.read(path))) as unknown;
    } catch (cause) {
      throw new ZooError(
        'MODEL_METADATA_INVALID',
        `${path} is not JSON. Mend or remove it.`,
        { path },
        { cause },
      );
    }
  }
}

function check(json: unknown, where: string): ModelMetadata {
  if (json === undefined || json === null) return {};
  const parsed = metadataJson.safeParse(json);
  if (parsed.success) {
    const input = Object.fromEntries(
      Object.entries(parsed.data.input ?? {}).filter(([, value]) => value !== undefined),
    ) as Partial<InputSpec>;
    return { labels: parsed.data.labels, input };
  }
  const [issue] = parsed.error.issues;
  throw new ZooError(
    'MODEL_METADATA_INVALID',
    `${where} has a wrong ${issue?.path.join('.') || 'form'}: ${issue?.message ?? ''}.`,
    { path: issue?.path.join('.') },
  );
}

/** The hub's names for the same things. What is not understood is left to the defaults. */
function fromHub(config: unknown, preprocessor: unknown): ModelMetadata {
  return { labels: hubLabels(config), input: hubInput(preprocessor) };
}

function hubLabels(config: unknown): string[] | undefined {
  const names = isRecord(config) && isRecord(config.id2label) ? config.id2label : undefined;
  if (names === undefined) return undefined;
  const count = Object.keys(names).length;
  const labels = Array.from({ length: count }, (_, index) => names[String(index)]);
  return labels.every((label) => typeof label === 'string') ? labels : undefined;
}

const hubPreprocessor = z.object({
  do_rescale: z.boolean().optional(),
  rescale_factor: z.number().optional(),
  do_normalize: z.boolean().optional(),
  image_mean: z.union([numbers, z.number()]).optional(),
  image_std: z.union([numbers, z.number()]).optional(),
  do_center_crop: z.boolean().optional(),
  /** Pillow's numbers: 0 nearest, 2 bilinear, 3 bicubic. */
  resample: z.number().optional(),
});

function hubInput(json: unknown): Partial<InputSpec> {
  const parsed = hubPreprocessor.safeParse(json);
  if (!parsed.success) return {};
  const known = parsed.data;
  const list = (value: number[] | number) => (typeof value === 'number' ? [value] : value);
  const input: Partial<InputSpec> = {};
  if (known.do_rescale === false) input.range = [0, 255];
  else if (known.rescale_factor !== undefined) input.range = [0, known.rescale_factor * 255];
  if (known.do_normalize !== false && known.image_mean !== undefined) input.mean = list(known.image_mean);
  if (known.do_normalize !== false && known.image_std !== undefined) input.std = list(known.image_std);
  if (known.do_center_crop !== undefined) input.resize = known.do_center_crop ? 'cover' : 'stretch';
  const interpolation = { 0: 'nearest', 2: 'bilinear', 3: 'bicubic' } as const;
  if (known.resample === 0 || known.resample === 2 || known.resample === 3) {
    input.interpolation = interpolation[known.resample];
  }
  return input;
}
