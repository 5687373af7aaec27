import { ZooError } from '../../errors.js';
import { isObject, readPickle, type PickleValue, type StorageReference } from './restricted-unpickler.js';

/** One parameter of a state dict, row-major. Counters (int64) are left out: nothing here needs them. */
export interface StateTensor {
  shape: number[];
  data: Float32Array;
}

/** First pickle of every file written by `torch.save` before the zip format, and by `_use_new_zipfile_serialization=False`. */
const legacyMagic = 0x1950a86a20f9469cfc6cn;
const legacyProtocol = 1001;
const elementSizes: Record<string, number> = { 'torch FloatStorage': 4, 'torch LongStorage': 8 };

/**
 * Reads a PyTorch state dict (the format of `torch.save` before 1.6: four pickles, then the raw storages) without
 * executing anything in it. Parameters come out contiguous whatever their strides were.
 *
 * @throws ZooError STARTER_FILE_REFUSED when the file is of another format, holds anything but tensors, or does not add up.
 */
export function readTorchStateDict(bytes: Uint8Array): Map<string, StateTensor> {
  let position = 0;
  const next = (): PickleValue => {
    const { value, end } = readPickle(bytes, position);
    position = end;
    return value;
  };
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) {
    throw refused('it is a zip archive; the state dict in the older format of torch.save is expected');
  }
  if (next() !== legacyMagic || next() !== legacyProtocol)
    throw refused('it does not start as torch.save writes it');
  const system = next();
  if (!(system instanceof Map) || system.get('little_endian') !== true)
    throw refused('it is not little-endian');
  const state = next();
  const keys = next();
  if (!(state instanceof Map) || !Array.isArray(keys)) throw refused('it holds no dictionary of tensors');

  const storages = locateStorages(bytes, position, keys, storageReferences(state));
  const tensors = new Map<string, StateTensor>();
  for (const [name, value] of state) {
    if (typeof name !== 'string' || !isObject(value) || value.kind !== 'tensor') {
      throw refused('it holds something other than tensors');
    }
    if (value.storage.type !== 'torch FloatStorage') continue;
    const start = storages.get(value.storage.key) ?? 0;
    const { shape, strides, offset } = value;
    tensors.set(name, {
      shape,
      data: gather(bytes, start, value.storage.elementCount, { shape, strides, offset }),
    });
  }
  return tensors;
}

function storageReferences(state: Map<PickleValue, PickleValue>): Map<string, StorageReference> {
  const references = new Map<string, StorageReference>();
  for (const value of state.values()) {
    if (isObject(value) && value.kind === 'tensor') references.set(value.storage.key, value.storage);
  }
  return references;
}

/** Where each storage's elements start: an int64 count, then the elements, in the order of `keys`. */
function locateStorages(
  bytes: Uint8Array,
  start: number,
  keys: PickleValue[],
  references: Map<string, StorageReference>,
): Map<string, number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const located = new Map<string, number>();
  let position = start;
  for (const key of keys) {
    const reference = typeof key === 'string' ? references.get(key) : undefined;
    const elementSize = reference && elementSizes[reference.type];
    if (reference === undefined || elementSize === undefined)
      throw refused('it lists a storage that no tensor uses');
    const end = position + 8 + reference.elementCount * elementSize;
    if (end > bytes.length) throw refused('it is shorter than its tensors');
    if (view.getBigInt64(position, true) !== BigInt(reference.elementCount)) {
      throw refused('a storage has another length than its tensor says');
    }
    located.set(reference.key, position + 8);
    position = end;
  }
  for (const key of references.keys()) if (!located.has(key)) throw refused('a storage is missing');
  if (position !== bytes.length) throw refused('bytes follow the last storage');
  return located;
}

/** Copies a strided view of a storage into row-major order. */
function gather(
  bytes: Uint8Array,
  start: number,
  elementCount: number,
  layout: { shape: number[]; strides: number[]; offset: number },
): Float32Array {
  const { shape, strides, offset } = layout;
  const count = shape.reduce((product, size) => product * size, 1);
  const last = shape.reduce((index, size, axis) => index + (size - 1) * (strides[axis] ?? 0), offset);
  if (shape.length !== strides.length || count > elementCount || last >= elementCount) {
    throw refused('a tensor is larger than its storage');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, elementCount * 4);
  const data = new Float32Array(count);
  const position = shape.map(() => 0);
  let source = offset;
  for (let target = 0; target < count; target++) {
    data[target] = view.getFloat32(source * 4, true);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = strides[axis] ?? 0;
      position[axis] = (position[axis] ?? 0) + 1;
      source += stride;
      if ((position[axis] ?? 0) < (shape[axis] ?? 0)) break;
      source -= stride * (shape[axis] ?? 0);
      position[axis] = 0;
    }
  }
  return data;
}

function refused(reason: string): ZooError {
  return new ZooError('STARTER_FILE_REFUSED', `The file is not the state dict that was expected: ${reason}.`);
}
