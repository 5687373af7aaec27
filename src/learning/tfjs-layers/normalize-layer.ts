import type { LayerJson } from './topology-json.js';

/**
 * Brings one layer's JSON to the Keras 2 form that tfjs reads, whatever version of Keras or tfjs wrote it.
 * Keras 3 writes objects where Keras 2 wrote names (`dtype`, `activation`, initializers) and renamed a few keys.
 */
export function normalizeLayerConfig(className: string, raw: Record<string, unknown>): LayerJson['config'] {
  const config: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(raw)) {
    if (isTrainingObject(key)) {
      const known = trainingObject(key, value);
      if (known !== undefined) config[key] = known;
    } else if (key === 'dtype') {
      config[key] = nameOf(value);
    } else if (key === 'activation') {
      config[key] = activationAliases[String(nameOf(value))] ?? nameOf(value);
    } else {
      const renamed = renamedKeys[className]?.[key] ?? key;
      if (!(silentKeys.has(key) && isDefault(value))) config[renamed] = value;
    }
  }
  return config;
}

/** Keys of Keras 3 that say nothing unless set. */
const silentKeys = new Set([
  'optional',
  'sparse',
  'ragged',
  'groups',
  'renorm',
  'synchronized',
  'keepdims',
  'lora_rank',
  'lora_alpha',
  'quantization_config',
  'output_padding',
]);

const renamedKeys: Record<string, Record<string, string>> = {
  InputLayer: { batch_shape: 'batch_input_shape' },
  LeakyReLU: { negative_slope: 'alpha' },
};

const activationAliases: Record<string, string> = { silu: 'swish' };

/** What tfjs-layers can make of a name; anything else matters to training from scratch only and is left out. */
const knownClasses = {
  initializer: [
    'Zeros',
    'Ones',
    'Constant',
    'RandomUniform',
    'RandomNormal',
    'TruncatedNormal',
    'Identity',
    'VarianceScaling',
    'GlorotUniform',
    'GlorotNormal',
    'HeNormal',
    'HeUniform',
    'LeCunNormal',
    'LeCunUniform',
    'Orthogonal',
  ],
  regularizer: ['L1L2', 'L1', 'L2'],
  constraint: ['MaxNorm', 'UnitNorm', 'NonNeg', 'MinMaxNorm'],
};

function isTrainingObject(key: string): boolean {
  return /_(initializer|regularizer|constraint)$/.test(key);
}

function trainingObject(key: string, value: unknown): unknown {
  if (value === null) return null;
  const kind = key.slice(key.lastIndexOf('_') + 1) as keyof typeof knownClasses;
  const className = isRecord(value) ? value.class_name : value;
  if (typeof className !== 'string' || !knownClasses[kind].includes(className)) return undefined;
  // tfjs knows one regularizer class with both weights.
  if (kind === 'regularizer' && className !== 'L1L2') {
    const config = isRecord(value) && isRecord(value.config) ? value.config : {};
    return { class_name: 'L1L2', config: { l1: config.l1 ?? 0, l2: config.l2 ?? 0 } };
  }
  return isRecord(value)
    ? { class_name: className, config: isRecord(value.config) ? value.config : {} }
    : value;
}

/** `{class_name: 'DTypePolicy', config: {name: 'float32'}}` and `{class_name: 'function', config: 'relu'}` say a name. */
function nameOf(value: unknown): unknown {
  if (!isRecord(value)) return value;
  if (typeof value.config === 'string') return value.config;
  if (isRecord(value.config) && typeof value.config.name === 'string') return value.config.name;
  return typeof value.class_name === 'string' ? value.class_name.toLowerCase() : value;
}

function isDefault(value: unknown): boolean {
  return value === null || value === false || value === 1;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
