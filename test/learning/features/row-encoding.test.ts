import { describe, expect, it } from 'vitest';
import { decodeRows, encodeRows, roundRows } from '../../../src/learning/features/row-encoding.js';
import { float16ToFloat32 } from '../../../src/learning/tfjs-layers/float16.js';
import { pseudoRandom } from '../support/tfjs.js';

const halves = (values: Float32Array) => new Uint16Array(encodeRows(values, 'float16').buffer);

describe('row encoding', () => {
  it('keeps float32 to the last bit', () => {
    const values = pseudoRandom(100);
    const kept = new Float32Array(103);
    decodeRows(encodeRows(values, 'float32'), 'float32', kept, 3);
    expect(kept.subarray(3)).toEqual(values);
  });

  it('gives every half back as it was', () => {
    const all = Float32Array.from({ length: 2 ** 16 }, (_, bits) => float16ToFloat32(bits));
    const again = halves(all);
    for (let bits = 0; bits < 2 ** 16; bits++) {
      const isNaN = (bits & 0x7fff) > 0x7c00;
      // Zero times minus one is told from zero by its sign bit only.
      if (isNaN) expect(float16ToFloat32(again[bits] ?? 0)).toBeNaN();
      else if (again[bits] !== bits) expect.fail(`${bits} became ${again[bits]}`);
    }
  });

  it('rounds to the nearest half, to the even one in the middle', () => {
    const values = new Float32Array(60_000);
    pseudoRandom(60_000).forEach((value, i) => (values[i] = value * 2 ** ((i % 44) - 27)));
    // Right in the middle between two halves.
    for (let bits = 0; bits < 20_000; bits++) {
      values[bits] = (float16ToFloat32(bits) + float16ToFloat32(bits + 1)) / 2;
    }
    halves(values).forEach((bits, i) => {
      const value = values[i] ?? 0;
      const distance = (candidate: number) => Math.abs(float16ToFloat32(candidate) - value);
      for (const neighbour of [bits - 1, bits + 1]) {
        if ((neighbour & 0x7fff) >= 0x7c00 || (neighbour ^ bits) & 0x8000) continue;
        if (distance(neighbour) < distance(bits)) expect.fail(`${value} became ${float16ToFloat32(bits)}`);
        if (distance(neighbour) === distance(bits)) expect(bits & 1).toBe(0);
      }
    });
  });

  it('stops at the largest half, and leaves infinity and NaN visible', () => {
    const values = roundRows(Float32Array.of(65_519, 65_521, 1e9, -1e9, Infinity, NaN), 'float16');
    expect([...values]).toEqual([65_504, 65_504, 65_504, -65_504, Infinity, NaN]);
  });
});
