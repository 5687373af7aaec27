import { createRandom, drawNormal, type Random } from '../random.js';
import type { NetworkLayer } from '../tfjs-layers/network.js';
import { elementCount, type StoredWeight } from '../tfjs-layers/stored-weight.js';
import { deriveSeed, stream } from './derive-seed.js';

/**
 * Values that a layer's weight starts from when it is trained from nothing: as the layer's own configuration says, or,
 * where it says nothing that is known here, as Keras does by default: Glorot's uniform distribution for kernels, 1 for
 * scales and variances, 0 for the rest.
 *
 * Variances of kernels are chosen so that signals keep their size on the way through the layers.
 *
 * @param seed the job's; every weight draws from a sequence of its own, decided by seed and position
 * @see Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010, equation 16
 * @see He et al., "Delving deep into rectifiers", 2015, equation 10
 */
export function initialWeight(
  layer: NetworkLayer,
  weight: StoredWeight,
  seed: number,
  position: number,
): Float32Array {
  const values = new Float32Array(elementCount(weight.shape));
  const { name, config } = initializerOf(layer, weight.name);
  const fans = fansOf(layer, weight);
  const random = createRandom(deriveSeed(seed, stream.initialWeights, position));
  const scaling = varianceScaling[name];
  if (scaling !== undefined) return scaled(values, scaling, fans, random);
  const number = (key: string, fallback: number) =>
    typeof config[key] === 'number' && Number.isFinite(config[key]) ? config[key] : fallback;
  switch (name) {
    case 'VarianceScaling':
      return scaled(
        values,
        {
          scale: number('scale', 1),
          mode: fanModes.find((mode) => mode === config['mode']) ?? 'fan_in',
          isUniform: config['distribution'] === 'uniform',
        },
        fans,
        random,
      );
    case 'RandomNormal':
    case 'TruncatedNormal': {
      const draw = name === 'RandomNormal' ? drawNormal : truncatedNormal;
      return values.map(() => number('mean', 0) + number('stddev', 0.05) * draw(random));
    }
    case 'RandomUniform': {
      const [low, high] = [number('minval', -0.05), number('maxval', 0.05)];
      return values.map(() => low + (high - low) * random.next());
    }
    case 'Constant':
      return values.fill(number('value', 0));
    case 'Ones':
      return values.fill(1);
    default:
      return values;
  }
}

interface Scaling {
  scale: number;
  mode: (typeof fanModes)[number];
  isUniform: boolean;
}

const fanModes = ['fan_in', 'fan_out', 'fan_avg'] as const;

const varianceScaling: Readonly<Record<string, Scaling>> = {
  GlorotUniform: { scale: 1, mode: 'fan_avg', isUniform: true },
  GlorotNormal: { scale: 1, mode: 'fan_avg', isUniform: false },
  HeUniform: { scale: 2, mode: 'fan_in', isUniform: true },
  HeNormal: { scale: 2, mode: 'fan_in', isUniform: false },
  LeCunUniform: { scale: 1, mode: 'fan_in', isUniform: true },
  LeCunNormal: { scale: 1, mode: 'fan_in', isUniform: false },
};

/** Others, such as Orthogonal, are rare in networks for pictures. */
const known: ReadonlySet<string> = new Set([
  ...Object.keys(varianceScaling),
  ...['VarianceScaling', 'RandomNormal', 'TruncatedNormal', 'RandomUniform', 'Constant', 'Ones', 'Zeros'],
]);

function scaled(values: Float32Array, scaling: Scaling, fans: Fans, random: Random): Float32Array {
  const { scale, mode, isUniform } = scaling;
  const fan = mode === 'fan_in' ? fans.in : mode === 'fan_out' ? fans.out : (fans.in + fans.out) / 2;
  const variance = scale / Math.max(1, fan);
  if (isUniform) {
    const limit = Math.sqrt(3 * variance);
    return values.map(() => limit * (2 * random.next() - 1));
  }
  return values.map(() => (Math.sqrt(variance) * truncatedNormal(random)) / truncatedDeviation);
}

/** Standard deviation of a standard normal distribution cut off at two. */
const truncatedDeviation = 0.87962566103423978;

/** What lies beyond two standard deviations is drawn again. */
function truncatedNormal(random: Random): number {
  for (;;) {
    const value = drawNormal(random);
    if (Math.abs(value) <= 2) return value;
  }
}

interface Fans {
  in: number;
  out: number;
}

/** How many values flow into and out of one unit. A depthwise kernel sees one channel at a time. */
function fansOf(layer: NetworkLayer, { name, shape }: StoredWeight): Fans {
  const [inputs = 1, outputs = 1] = shape.length < 2 ? [shape[0], shape[0]] : shape.slice(-2);
  const window = elementCount(shape.slice(0, -2));
  if (name === 'depthwise_kernel') return { in: window, out: window * outputs };
  // Its kernel is laid out the other way round: height, width, outputs, inputs.
  if (layer.kind.className === 'Conv2DTranspose') return { in: window * outputs, out: window * inputs };
  return { in: window * inputs, out: window * outputs };
}

/** By what the configuration names it: `kernel_initializer` for `kernel`, `depthwise_initializer` for `depthwise_kernel`. */
function initializerOf(
  { json }: NetworkLayer,
  weight: string,
): { name: string; config: Record<string, unknown> } {
  const key = weight === 'depthwise_kernel' || weight === 'pointwise_kernel' ? weight.slice(0, -7) : weight;
  const said = json.config[`${key}_initializer`] ?? json.config[`${weight}_initializer`];
  const fallback = /kernel$/.test(weight)
    ? 'GlorotUniform'
    : weight === 'gamma' || weight === 'moving_variance'
      ? 'Ones'
      : 'Zeros';
  const { class_name, config } = isRecord(said) ? said : { class_name: said, config: {} };
  const name = typeof class_name === 'string' ? classNameOf(class_name) : '';
  return known.has(name) ? { name, config: isRecord(config) ? config : {} } : { name: fallback, config: {} };
}

/** `glorot_uniform` and `GlorotUniform` are the same. */
const classNameOf = (name: string): string =>
  name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase()).replace(/^Lecun/, 'LeCun');

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
