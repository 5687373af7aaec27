import { expect, it } from 'vitest';
import { parseMetadataTable } from '../../src/learning/datasets/metadata-table.js';

const megabyte = 1024 ** 2;
const parse = (path: string, text: string | Buffer) => parseMetadataTable(path, Buffer.from(text));

it('reads quoted fields over several lines and counts lines on', () => {
  const text = 'split,label,file_name\r\n"train","a ""b""\nc",1.jpg\n\n,d,"2,3.jpg"';
  expect(parse('metadata.csv', text)).toEqual([
    { fileName: '1.jpg', label: 'a "b"\nc', split: 'train', line: 2 },
    { fileName: '2,3.jpg', label: 'd', split: undefined, line: 5 },
  ]);
});

it.each([
  ['"a.jpg,x', 'is not closed'],
  ['"a.jpg"x,y', 'is not closed or stands inside'],
  ['a"b".jpg,y', 'stands inside a bare field'],
  ['a\rb,y', 'bare field'],
])('refuses the row %j', (row, message) => {
  expect(() => parse('metadata.csv', `file_name,label\n${row}\n`)).toThrow(message);
});

it('reads a field of many megabytes', () => {
  const name = 'a'.repeat(16 * megabyte);
  expect(parse('metadata.csv', `file_name,label\n"${name}",x\n`)).toMatchObject([{ fileName: name }]);
  const quotes = '""'.repeat(8 * megabyte);
  expect(parse('metadata.csv', `file_name,label\n"${quotes}",x\n`)[0]?.fileName).toHaveLength(8 * megabyte);
});

it.each([
  ['metadata.jsonl', 'of blank lines', Buffer.alloc(64 * megabyte, '\n'), 'Line 1000001'],
  ['metadata.csv', 'of blank lines', Buffer.alloc(64 * megabyte, '\n'), 'Line 1000001'],
  ['metadata.csv', 'of line breaks in a quoted field', `"${'\n'.repeat(2 * megabyte)}"`, 'is one too many'],
  ['metadata.csv', 'of commas', Buffer.alloc(64 * megabyte, ','), 'more than 256 fields'],
])('refuses a %s %s long before it fills the memory', (path, _what, bytes, message) => {
  expect(() => parse(path, bytes)).toThrow(message);
});
