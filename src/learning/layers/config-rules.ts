import { z } from 'zod';

/**
 * Building blocks for the allow-lists of layer configurations, in Keras' own key names. Every rule yields a value the
 * code can use at once: `strides: 2` becomes `[2, 2]`.
 */

const positive = z
  .int('a whole number from 1 to 65536')
  .min(1, 'a whole number from 1')
  .max(65_536, 'at most 65536');

/** A whole number ≥ 1: filters, units. */
export const count = positive;

/** Two whole numbers ≥ 1, or one for both: kernel sizes, strides. */
export const pair = z
  .union([positive, z.tuple([positive]), z.tuple([positive, positive])], 'one or two whole numbers from 1')
  .transform((value): [number, number] => {
    if (typeof value === 'number') return [value, value];
    return value.length === 1 ? [value[0], value[0]] : value;
  });

/** Dilation other than 1 where plain tfjs would ignore it gives other values than the author meant: refused. */
export const noDilation = pair
  .refine(([height, width]) => height === 1 && width === 1, '1: this layer ignores dilation in tfjs')
  .prefault(1);

export const paddingMode = z.enum(['valid', 'same']).prefault('valid');

/** tfjs runs channels-last; a channels-first network would need its weights and shapes turned. */
export const channelsLast = z
  .literal('channels_last', 'channels_last; convert the network to channels-last first')
  .nullish();

/** Margins [[top, bottom], [left, right]], also as one number or one per axis. */
export const margins = z
  .union([
    z.int().min(0).max(4096),
    z.tuple([z.int().min(0).max(4096), z.int().min(0).max(4096)]),
    z.tuple([
      z.tuple([z.int().min(0).max(4096), z.int().min(0).max(4096)]),
      z.tuple([z.int().min(0).max(4096), z.int().min(0).max(4096)]),
    ]),
  ])
  .transform((value): [[number, number], [number, number]] => {
    if (typeof value === 'number') {
      return [
        [value, value],
        [value, value],
      ];
    }
    const [vertical, horizontal] = value;
    return [
      typeof vertical === 'number' ? [vertical, vertical] : vertical,
      typeof horizontal === 'number' ? [horizontal, horizontal] : horizontal,
    ];
  });

/** What only training reads; the topology is written back with it, the zoo does not look inside. */
export const trainingOnly = z.unknown().optional();

/** Keys every layer may have. */
const commonKeys = {
  name: z.string().optional(),
  trainable: z.boolean().optional(),
  dtype: z.literal('float32', 'float32').nullish(),
  batch_input_shape: z.array(z.int().min(1).nullable()).nullish(),
  input_dtype: z.literal('float32').nullish(),
};

/** Training-only keys of a weight, for example of `kernel`. */
export const weightKeys = (weight: string) => ({
  [`${weight}_initializer`]: trainingOnly,
  [`${weight}_regularizer`]: trainingOnly,
  [`${weight}_constraint`]: trainingOnly,
});

/**
 * What of a checked configuration a layer in use depends on: neither its name nor what only training reads.
 *
 * @param rules that it was checked by
 */
export function configInUse(rules: z.ZodType, config: unknown): Record<string, unknown> {
  const shape: Readonly<Record<string, unknown>> = rules instanceof z.ZodObject ? rules.shape : {};
  return Object.fromEntries(
    Object.entries(config as Record<string, unknown>).filter(
      ([key]) => !(key in commonKeys) && shape[key] !== trainingOnly,
    ),
  );
}

/** The allow-list of one layer: its own keys and the common ones, nothing else. */
export function layerConfig<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject({ ...commonKeys, ...shape });
}
