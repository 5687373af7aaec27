import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { drawSoftTargets } from '../dist/soft-targets-picture.js';

/** Two pictures of hats, one of them half a cap to the teacher, and a cap. */
const logits = Float32Array.of(0, -99, 0, 0, -99, 0);
const drawn = (classes, temperature = 1) =>
  drawSoftTargets(logits, Int32Array.of(0, 0, 1), classes, temperature);

test('the words name what the teacher takes for what, the most mistaken first', () => {
  assert.match(drawn(['hat', 'cap']).alt, /: 25 % of hat goes to cap, 0 % of cap goes to hat\.$/);
});

test('fields are as bright as the root of the mean probability', () => {
  const png = Buffer.from(drawn(['hat', 'cap']).png);
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const rows = inflateSync(png.subarray(41, 41 + png.readUInt32BE(33)));
  const at = (x, y) => rows[y * (width + 1) + 1 + x];
  assert.equal(width, height);
  assert.deepEqual(
    [at(0, 0), at(width - 1, 0), at(0, height - 1), at(width - 1, height - 1)],
    [Math.round(255 * Math.sqrt(0.75)), Math.round(255 * Math.sqrt(0.25)), 0, 255],
  );
});

test('long names of classes leave the words within what a report takes', () => {
  assert.ok(drawn(['h'.repeat(400), 'c'.repeat(400)]).alt.length <= 1000);
});
