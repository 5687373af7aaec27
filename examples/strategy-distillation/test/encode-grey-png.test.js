import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32, inflateSync } from 'node:zlib';
import { encodeGreyPng } from '../dist/encode-grey-png.js';

const pixels = Uint8Array.of(0, 64, 128, 192, 255, 7);

/** The chunks of a PNG file, each held against its checksum. */
function chunksOf(png) {
  const file = Buffer.from(png);
  assert.deepEqual([...file.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const chunks = [];
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at);
    const body = file.subarray(at + 4, at + 8 + length);
    assert.equal(file.readUInt32BE(at + 8 + length), crc32(body));
    chunks.push({ type: body.toString('latin1', 0, 4), data: body.subarray(4) });
    at += 12 + length;
  }
  return chunks;
}

test('a picture of 3 by 2 pixels has its size, eight bits of grey, and its rows', () => {
  const [header, data, end, ...more] = chunksOf(encodeGreyPng(pixels, 3, 2));
  assert.deepEqual([header.type, data.type, end.type, more.length], ['IHDR', 'IDAT', 'IEND', 0]);
  assert.deepEqual([...header.data], [0, 0, 0, 3, 0, 0, 0, 2, 8, 0, 0, 0, 0]);
  assert.deepEqual([...inflateSync(data.data)], [0, 0, 64, 128, 0, 192, 255, 7]);
});
