import { ZooError } from '../../errors.js';
import { float16ToFloat32 } from './float16.js';

/** One weight as its file holds it: the bytes stay as they came, so that unchanged weights keep their digest. */
export interface StoredWeight {
  /** Name within its layer, for example `kernel`. */
  name: string;
  shape: number[];
  /** Null: plain float32. */
  quantization: Quantization | null;
  /** Little-endian. A view: do not write to it. */
  bytes: Uint8Array;
}

/** How values were squeezed: value = stored · scale + min, or IEEE half precision. */
export type Quantization = { dtype: 'uint8' | 'uint16'; scale: number; min: number } | { dtype: 'float16' };

/** Bytes the weight takes in its file. */
export function storedSize(shape: number[], quantization: Quantization | null): number {
  return elementCount(shape) * bytesPerValue(quantization);
}

export function elementCount(shape: number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** The values, float32, in a new array. Computes as tfjs does, so that the numbers are equal to the last bit. */
export function decodeWeight(weight: StoredWeight): Float32Array {
  const { bytes, quantization } = weight;
  if (quantization?.dtype === 'uint8') {
    const { scale, min } = quantization;
    return toFloats(bytes, (value) => value * scale + min);
  }
  // A copy brings the alignment that typed arrays need. Not slice(): a Buffer’s shares its memory.
  const aligned = new Uint8Array(bytes);
  if (quantization === null) return new Float32Array(aligned.buffer);
  const halves = new Uint16Array(aligned.buffer);
  if (quantization.dtype === 'float16') return toFloats(halves, float16ToFloat32);
  const { scale, min } = quantization;
  return toFloats(halves, (value) => value * scale + min);
}

/** @throws ZooError MODEL_WEIGHT_NOT_FINITE naming the first value that is NaN or infinite. */
export function assertFinite(layer: string, weight: StoredWeight): void {
  if (weight.quantization !== null && weight.quantization.dtype !== 'float16') {
    const { scale, min, dtype } = weight.quantization;
    const largest = Math.fround((dtype === 'uint8' ? 255 : 65_535) * scale + min);
    if (Number.isFinite(largest) && Number.isFinite(Math.fround(min))) return;
  }
  const index = decodeWeight(weight).findIndex((value) => !Number.isFinite(value));
  if (index === -1) return;
  throw new ZooError(
    'MODEL_WEIGHT_NOT_FINITE',
    `Weight ${layer}/${weight.name} holds NaN or infinity at position ${index}; every value must be finite. ` +
      'The training that made it probably diverged: publish an earlier checkpoint.',
    { layer, weight: weight.name, position: index },
  );
}

function bytesPerValue(quantization: Quantization | null): number {
  if (quantization === null) return 4;
  return quantization.dtype === 'uint8' ? 1 : 2;
}

/** Not Float32Array.from, which goes through an iterator: eight seconds for InceptionV3. */
function toFloats(stored: Uint8Array | Uint16Array, decode: (value: number) => number): Float32Array {
  const values = new Float32Array(stored.length);
  for (let index = 0; index < stored.length; index++) values[index] = decode(stored[index] ?? 0);
  return values;
}
