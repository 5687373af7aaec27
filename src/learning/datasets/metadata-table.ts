import { ZooError } from '../../errors.js';
import { quoteEntry } from './archive-path.js';

/** One row of a `metadata.jsonl` or `metadata.csv`, as the hubs' ImageFolder writes them. */
export interface MetadataRow {
  /** Relative to the table's own folder. */
  fileName: string;
  label: string;
  /** As written; undefined where the table has no such column or the field is empty. */
  split: string | undefined;
  /** 1-based line of the table, for messages. */
  line: number;
}

/** Bounds against tables made to exhaust memory: twice as many lines as an archive may have entries. */
const maxLines = 1_000_000;
const maxColumns = 256;

/**
 * Reads a table that names the label, and perhaps the split, of every picture.
 *
 * @throws ZooError DATASET_LABELS_MISMATCH where a row lacks `file_name` or `label`, or the table is not one.
 */
export function parseMetadataTable(path: string, content: Buffer): MetadataRow[] {
  const text = content.toString('utf8').replace(/^\uFEFF/, '');
  const records = path.endsWith('.csv') ? csvRecords(path, text) : jsonLines(path, text);
  return records.map(({ line, fields }) => {
    const fileName = textOf(fields.file_name);
    const label = textOf(fields.label);
    if (fileName === undefined || label === undefined) {
      const lacking = [fileName === undefined && 'file_name', label === undefined && 'label'].filter(Boolean);
      throw broken(
        path,
        line,
        `lacks ${lacking.join(' and ')}; every row has file_name and label (a name or a number)`,
      );
    }
    return { fileName, label, split: textOf(fields.split), line };
  });
}

interface TableRecord {
  line: number;
  fields: Record<'file_name' | 'label' | 'split', unknown>;
}

function jsonLines(path: string, text: string): TableRecord[] {
  const records: TableRecord[] = [];
  let line = 0;
  for (let at = 0; at < text.length;) {
    const found = text.indexOf('\n', at);
    const end = found === -1 ? text.length : found;
    const row = text.slice(at, end).trim();
    at = end + 1;
    line += 1;
    refuseTooLong(path, line);
    if (row === '') continue;
    let fields: unknown;
    try {
      fields = JSON.parse(row);
    } catch {
      throw broken(
        path,
        line,
        'is not JSON; every line is one object such as {"file_name": "1.jpg", "label": "dress"}',
      );
    }
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
      throw broken(path, line, 'is not a JSON object');
    }
    records.push({ line, fields: pick((name) => (fields as Record<string, unknown>)[name]) });
  }
  return records;
}

function csvRecords(path: string, text: string): TableRecord[] {
  const [header, ...rows] = csvRows(path, text);
  if (header === undefined)
    throw broken(path, 1, 'is empty; the first line names the columns: file_name,label,split');
  const names = header.fields.map((name) => name.trim());
  return rows.map(({ line, fields }) => {
    if (fields.length !== names.length) {
      throw broken(path, line, `has ${fields.length} fields; the header names ${names.length}`);
    }
    return { line, fields: pick((name) => fields[names.lastIndexOf(name)]) };
  });
}

/** The columns that are read; a table may have others, which are not kept. */
function pick(valueOf: (name: keyof TableRecord['fields']) => unknown): TableRecord['fields'] {
  return { file_name: valueOf('file_name'), label: valueOf('label'), split: valueOf('split') };
}

/** @see RFC 4180, section 2 */
function csvRows(path: string, text: string): { line: number; fields: string[] }[] {
  const rows: { line: number; fields: string[] }[] = [];
  let line = 1;
  let row = { line, fields: [] as string[] };
  for (let at = 0; at < text.length;) {
    const field = csvField(text, at);
    if (field === undefined)
      throw broken(path, line, 'has a quote that is not closed or stands inside a bare field');
    row.fields.push(field.value);
    if (row.fields.length > maxColumns) throw broken(path, line, `has more than ${maxColumns} fields`);
    line += field.lines;
    refuseTooLong(path, line);
    at = field.next;
    if (!field.rowGoesOn) {
      if (row.fields.length > 1 || row.fields[0] !== '') rows.push(row);
      row = { line, fields: [] };
    } else if (at === text.length) row.fields.push('');
  }
  if (row.fields.length > 0) rows.push(row);
  return rows;
}

interface CsvField {
  value: string;
  /** Where the next field begins, and whether it belongs to the same row. */
  next: number;
  rowGoesOn: boolean;
  /** Line breaks passed. */
  lines: number;
}

/** The field that begins at `at`; undefined where its quotes are wrong. By hand, as patterns overflow on long fields. */
function csvField(text: string, at: number): CsvField | undefined {
  const quoted = text[at] === '"';
  const end = quoted ? closingQuote(text, at + 1) : bareEnd(text, at);
  if (end === -1) return undefined;
  const after = quoted ? end + 1 : end;
  const mark = text.startsWith('\r\n', after) ? '\r\n' : text.slice(after, after + 1);
  if (!['', ',', '\n', '\r\n'].includes(mark)) return undefined;
  const value = quoted ? text.slice(at + 1, end).replaceAll('""', '"') : text.slice(at, end);
  return {
    value,
    next: after + mark.length,
    rowGoesOn: mark === ',',
    lines: (quoted ? lineBreaks(value) : 0) + (mark.endsWith('\n') ? 1 : 0),
  };
}

function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at !== -1 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}

function bareEnd(text: string, from: number): number {
  const special = /[",\r\n]/g;
  special.lastIndex = from;
  return special.exec(text)?.index ?? text.length;
}

function lineBreaks(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

function refuseTooLong(path: string, line: number): void {
  if (line > maxLines) throw broken(path, line, `is one too many; a table may have ${maxLines} lines`);
}

function textOf(value: unknown): string | undefined {
  const text =
    typeof value === 'number' || typeof value === 'string' ? String(value).trim().normalize('NFC') : '';
  return text === '' ? undefined : text;
}

function broken(path: string, line: number, what: string): ZooError {
  return new ZooError('DATASET_LABELS_MISMATCH', `Line ${line} of ${quoteEntry(path)} ${what}.`, {
    table: path,
    line,
  });
}
