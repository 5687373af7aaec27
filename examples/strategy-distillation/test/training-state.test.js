import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeState, encodeState } from '../dist/training-state.js';

const state = {
  epochs: [{ loss: 0.1 + 0.2, accuracy: null }],
  tensors: [Float32Array.of(1 / 3, -0, 1e-42), Float32Array.of(7)],
};

test('a state comes back from its bytes to the last bit', () => {
  assert.deepStrictEqual(decodeState(encodeState(state), [3, 1]), state);
});

test('a state of other tensors, or bytes of something else, is none', () => {
  assert.equal(decodeState(encodeState(state), [3, 2]), undefined);
  assert.equal(decodeState(encodeState(state), [3]), undefined);
  assert.equal(decodeState(encodeState(state).subarray(0, 40), [3, 1]), undefined);
  assert.equal(decodeState(new TextEncoder().encode('{"mark":"another"}'), [3, 1]), undefined);
});
