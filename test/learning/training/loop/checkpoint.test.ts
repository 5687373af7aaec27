import { describe, expect, it } from 'vitest';
import {
  decodeCheckpoint,
  encodeCheckpoint,
  type Checkpoint,
} from '../../../../src/learning/training/loop/checkpoint/checkpoint.js';
import { startOfTraining } from '../../../../src/learning/training/loop/checkpoint/loop-state.js';

const kernel = Float32Array.of(1.5, -0, 1e-45, 3.4e38, 0.1);
const momentum = Float32Array.of(1, 2, 3);

function checkpoint(changes: Partial<Checkpoint> = {}): Checkpoint {
  const loop = startOfTraining();
  loop.stepsDone = 7;
  loop.epoch.loss = 0.1 + 0.2;
  loop.stopping.best = { loss: 1 / 3, accuracy: 2 / 3, temperature: 1.5, calibratedLoss: 0.3 };
  return {
    identity: { engine: 'e@1', 'recipe.epochs': '4' },
    loop,
    state: { step: 9, tensors: { 'weight/a/kernel': kernel, 'slot/momentum/a/kernel': momentum } },
    bestWeights: { 'weight/a/kernel': Float32Array.of(5, 6, 7, 8, 9) },
    ...changes,
  };
}
const { identity } = checkpoint();
const refusal = (bytes: Uint8Array, expected = identity) => {
  try {
    decodeCheckpoint(bytes, expected);
  } catch (error) {
    return error as { code: string; message: string; details: Record<string, unknown> };
  }
  return undefined;
};

describe('a checkpoint', () => {
  it('comes back as it was, to the last bit', () => {
    const back = decodeCheckpoint(encodeCheckpoint(checkpoint()), identity);
    expect(back).toEqual(checkpoint());
    expect(Object.is(back.state.tensors['weight/a/kernel']?.[1], -0)).toBe(true);
  });

  it('comes back from bytes that lie at an odd place of their buffer', () => {
    const bytes = encodeCheckpoint(checkpoint());
    const shifted = new Uint8Array(bytes.length + 3).subarray(3);
    shifted.set(bytes);
    expect(decodeCheckpoint(shifted, identity)).toEqual(checkpoint());
  });

  it('comes back from a file, whose bytes share the memory of others', () => {
    const bytes = encodeCheckpoint(checkpoint());
    const shared = Buffer.concat([Buffer.alloc(5), bytes, Buffer.alloc(6)]);
    expect(decodeCheckpoint(shared.subarray(5, 5 + bytes.length), identity)).toEqual(checkpoint());
  });

  it('equal ones have equal bytes', () => {
    expect(encodeCheckpoint(checkpoint())).toEqual(encodeCheckpoint(checkpoint()));
  });

  it('does not write the best weights twice when they are those of the state', () => {
    const same = checkpoint({ bestWeights: { 'weight/a/kernel': kernel } });
    const bytes = encodeCheckpoint(same);
    expect(bytes.length).toBeLessThan(encodeCheckpoint(checkpoint()).length - 4 * 5);
    expect(decodeCheckpoint(bytes, identity)).toEqual(same);
  });

  it('is as small as its tensors and a header', () => {
    const bytes = encodeCheckpoint(checkpoint({ bestWeights: null }));
    expect(decodeCheckpoint(bytes, identity).bestWeights).toBeNull();
    expect(bytes.length).toBeLessThan(4 * (5 + 3) + 1000);
  });

  it('is refused when any one byte of it is another', () => {
    const bytes = encodeCheckpoint(checkpoint());
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      expect(refusal(damaged)?.code).toBe('CHECKPOINT_INVALID');
    }
  });

  it('is refused when it is cut off anywhere, or goes on after its end', () => {
    const bytes = encodeCheckpoint(checkpoint());
    for (let length = 0; length < bytes.length; length++) {
      expect(refusal(bytes.subarray(0, length))?.code).toBe('CHECKPOINT_INVALID');
    }
    expect(refusal(Buffer.concat([bytes, Buffer.from([0])]))?.code).toBe('CHECKPOINT_INVALID');
  });

  it('of another training is refused with every difference', () => {
    const error = refusal(encodeCheckpoint(checkpoint()), { engine: 'e@2', 'recipe.batchSize': '8' });
    expect(error?.message).toBe(
      'This is a checkpoint of another training: engine is e@1 there and e@2 here; recipe.batchSize is not stated there and 8 here; ' +
        'recipe.epochs is 4 there and not stated here. Training goes on only from an intact checkpoint of its own; leave it out to begin anew.',
    );
    expect(error?.details['differences']).toHaveLength(3);
  });
});
