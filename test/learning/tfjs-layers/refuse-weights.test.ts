import { describe, expect, it } from 'vitest';
import { cutTo, group, loadBroken, type Refusal } from '../support/broken-model.js';

const kernelPath = (json: Parameters<Refusal['damage']>[0]) =>
  group(json, 'Conv1/kernel').group.paths[0] ?? '';

const outsidePaths = [
  '../outside.bin',
  '/etc/passwd',
  'weights/../../x.bin',
  'https://example.com/x.bin',
  'C:\\x.bin',
  'weights\\x.bin',
  'weights//x.bin',
  './x.bin',
  'weights/\u0000.bin',
];

const cases: Refusal[] = [
  ...outsidePaths.map((path): Refusal => ({
    what: `that name the file ${JSON.stringify(path)}`,
    code: 'MODEL_PATH_OUTSIDE',
    says: 'inside the model',
    damage: (json) => (group(json, 'Conv1/kernel').group.paths = [path]),
  })),
  {
    what: 'with a shard missing',
    code: 'MODEL_SHARD_MISSING',
    says: 'Conv1',
    damage: (json, files) => files.delete(kernelPath(json)),
  },
  {
    what: 'with a shard cut off',
    code: 'MODEL_SIZE_MISMATCH',
    says: 'hold 863 bytes',
    damage: (json, files) => cutTo(files, kernelPath(json), 863),
  },
  {
    what: 'with bytes behind the weights',
    code: 'MODEL_SIZE_MISMATCH',
    says: 'need 864',
    damage: (json, files) => cutTo(files, kernelPath(json), 865),
  },
  {
    what: 'in a model.json larger than any network needs',
    code: 'MODEL_TOO_LARGE',
    says: 'at most 33554432',
    damage: (_json, files) => files.set('model.json', new Uint8Array(2 ** 25 + 1)),
  },
  {
    what: 'with an empty shard',
    code: 'MODEL_SIZE_MISMATCH',
    says: 'hold 0 bytes',
    damage: (json, files) => cutTo(files, kernelPath(json), 0),
  },
  {
    what: 'with one shard for two layers',
    code: 'MODEL_JSON_INVALID',
    says: 'twice',
    damage: (json) => (group(json, 'bn_Conv1/gamma').group.paths = [kernelPath(json)]),
  },
  {
    what: 'with one missing',
    code: 'MODEL_WEIGHTS_MISSING',
    says: 'Conv1/kernel',
    damage: (json) =>
      json.weightsManifest.splice(json.weightsManifest.indexOf(group(json, 'Conv1/kernel').group), 1),
  },
  {
    what: 'with one that no layer has',
    code: 'MODEL_WEIGHTS_EXTRA',
    says: 'Conv1/backdoor',
    damage: (json) => (group(json, 'Conv1/kernel').weight.name = 'Conv1/backdoor'),
  },
  {
    what: 'with one of a layer that is not there',
    code: 'MODEL_WEIGHTS_EXTRA',
    says: 'stranger/kernel',
    damage: (json) =>
      json.weightsManifest.push({
        paths: ['a.bin'],
        weights: [{ name: 'stranger/kernel', shape: [1], dtype: 'float32' }],
      }),
  },
  {
    what: 'with one twice',
    code: 'MODEL_WEIGHT_DUPLICATE',
    says: 'bn_Conv1/gamma twice',
    damage: (json) => (group(json, 'bn_Conv1/beta').weight.name = 'bn_Conv1/gamma'),
  },
  {
    what: 'with one of another shape',
    code: 'MODEL_WEIGHT_INVALID',
    says: '[3,3,32,3]',
    damage: (json) => (group(json, 'Conv1/kernel').weight.shape = [3, 3, 32, 3]),
  },
  {
    what: 'with one of endless size',
    code: 'MODEL_WEIGHT_INVALID',
    says: 'has shape',
    damage: (json) => (group(json, 'Conv1/kernel').weight.shape = [2 ** 30, 2 ** 30, 2 ** 30]),
  },
  {
    what: 'with one of negative size',
    code: 'MODEL_JSON_INVALID',
    says: 'shape',
    damage: (json) => (group(json, 'Conv1/kernel').weight.shape = [-3, 3, 3, 32]),
  },
  {
    what: 'with one of whole numbers',
    code: 'MODEL_WEIGHT_INVALID',
    says: 'int32',
    damage: (json) => (group(json, 'Conv1/kernel').weight.dtype = 'int32'),
  },
  {
    what: 'with an unknown quantisation',
    code: 'MODEL_JSON_INVALID',
    says: 'quantization',
    damage: (json) => (group(json, 'Conv1/kernel').weight.quantization = { dtype: 'int4', scale: 1, min: 0 }),
  },
  {
    what: 'with a quantisation scale that is no number',
    code: 'MODEL_JSON_INVALID',
    says: 'quantization',
    damage: (json) =>
      (group(json, 'Conv1/kernel').weight.quantization = { dtype: 'uint8', scale: null, min: 0 }),
  },
  {
    what: 'with a quantisation that overflows',
    code: 'MODEL_WEIGHT_NOT_FINITE',
    says: 'Conv1/kernel',
    damage: (json) =>
      (group(json, 'Conv1/kernel').weight.quantization = { dtype: 'uint8', scale: 1e38, min: 0 }),
  },
  ...[NaN, Infinity, -Infinity].map((value): Refusal => ({
    what: `with one that is ${value}`,
    code: 'MODEL_WEIGHT_NOT_FINITE',
    says: 'bn_Conv1/beta holds NaN or infinity at position 7',
    damage(json, files) {
      // The layer's four vectors as plain float32, one value of the second one spoilt.
      const { group: found } = group(json, 'bn_Conv1/beta');
      found.weights.forEach((weight) => delete weight.quantization);
      const values = new Float32Array(4 * 32).fill(1);
      values[32 + 7] = value;
      files.set(found.paths[0] ?? '', new Uint8Array(values.buffer));
    },
  })),
  {
    what: 'with a half-precision one that is NaN',
    code: 'MODEL_WEIGHT_NOT_FINITE',
    says: 'Conv1/kernel',
    damage(json, files) {
      group(json, 'Conv1/kernel').weight.quantization = { dtype: 'float16' };
      files.set(kernelPath(json), new Uint8Array(new Uint16Array(864).fill(0x7e00).buffer));
    },
  },
];

describe('the strict loader refuses the weights of a real model', () => {
  it.each(cases)('$what', async ({ code, says, damage }) => {
    const error = await loadBroken(damage);
    expect(error).toMatchObject({ name: 'ZooError', code });
    expect((error as Error).message).toContain(says);
  });
});
