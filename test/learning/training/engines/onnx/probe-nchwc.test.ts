import { describe, expect, it } from 'vitest';
import {
  probeNchwc,
  type NchwcSample,
} from '../../../../../src/learning/training/engines/onnx/probe-nchwc.js';

/** As a machine with blocks of 8 channels would answer. */
function sample(changes: Partial<NchwcSample> = {}): NchwcSample {
  const interleaved = Float32Array.from({ length: 64 }, (_, i) => {
    const [chunk, rest] = [Math.floor(i / 16), i % 16];
    return (chunk * 8 + (rest % 8)) * 2 + Math.floor(rest / 8);
  });
  const convolved = Float32Array.of(0.5, -1.25, 3);
  return { interleaved, blocked: convolved, plain: convolved, ...changes };
}

describe('probeNchwc', () => {
  it('finds blocks of 8 or 16 channels, or none, on this machine', async () => {
    expect([0, 8, 16]).toContain(await probeNchwc());
  });

  it('gives the block length where both forms agree', async () => {
    expect(await probeNchwc(async () => sample())).toBe(8);
  });

  it('does without the inner form where it gives other numbers', async () => {
    const blocked = Float32Array.of(0.5, -1.25, 3.001);
    expect(await probeNchwc(async () => sample({ blocked }))).toBe(0);
    expect(await probeNchwc(async () => sample({ blocked: Float32Array.of(0.5, NaN, 3) }))).toBe(0);
    expect(await probeNchwc(async () => sample({ blocked: new Float32Array() }))).toBe(0);
  });

  it('does without the inner form where the blocks have a length that it does not know', async () => {
    const interleaved = Float32Array.from({ length: 64 }, (_, i) => i);
    expect(await probeNchwc(async () => sample({ interleaved }))).toBe(0);
  });

  it('does without the inner form where ONNX Runtime refuses it', async () => {
    expect(await probeNchwc(() => Promise.reject(new Error('no such operator')))).toBe(0);
  });
});
