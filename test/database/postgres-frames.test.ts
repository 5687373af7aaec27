import { expect, test } from 'vitest';
import { FrameReader, type FrameEvent } from '../../src/zoo/database/postgres-frames.js';

const frame = (kind: string, body = '') => {
  const bytes = Buffer.alloc(5 + Buffer.byteLength(body));
  bytes.write(kind, 0);
  bytes.writeInt32BE(4 + Buffer.byteLength(body), 1);
  bytes.write(body, 5);
  return bytes;
};
const request = (code: number, body = '') => {
  const bytes = Buffer.alloc(8 + Buffer.byteLength(body));
  bytes.writeInt32BE(bytes.length, 0);
  bytes.writeInt32BE(code, 4);
  bytes.write(body, 8);
  return bytes;
};

const ssl = request(80877103);
const startup = request(196608, 'user\0zoo\0\0');
const query = frame('Q', 'SELECT 1\0');
const extended = Buffer.concat([
  frame('P', '\0SELECT $1\0\0\0'),
  frame('B', 'x'.repeat(3000)),
  frame('E'),
  frame('S'),
]);
const conversation = Buffer.concat([ssl, startup, query, extended, query, frame('X')]);
const expected: FrameEvent[] = [
  { type: 'encryption-request' },
  { type: 'batch', bytes: startup },
  { type: 'batch', bytes: query },
  { type: 'batch', bytes: extended },
  { type: 'batch', bytes: query },
  { type: 'end' },
];

test.each([1, 2, 3, 7, 64, 1021, conversation.length])(
  'a conversation that arrives in pieces of %i bytes is cut into the same batches',
  (size) => {
    const reader = new FrameReader();
    const events: FrameEvent[] = [];
    for (let at = 0; at < conversation.length; at += size) {
      events.push(...reader.push(conversation.subarray(at, at + size)));
    }
    expect(events).toEqual(expected);
  },
);

test('a batch waits for the frame that asks for an answer', () => {
  const reader = new FrameReader();
  reader.push(startup);
  expect(reader.push(frame('P', 'half a query'))).toEqual([]);
  expect(reader.push(frame('S'))).toHaveLength(1);
});

test('a request to cancel ends the connection, as there is nobody to cancel for', () => {
  expect(new FrameReader().push(request(80877102, '12345678'))).toEqual([{ type: 'end' }]);
});

test('a frame with an impossible length is an error, not an endless wait', () => {
  const reader = new FrameReader();
  reader.push(startup);
  expect(() => reader.push(Buffer.from([0x51, 0, 0, 0, 0]))).toThrow(
    'A protocol frame says it is 1 bytes long.',
  );
});
