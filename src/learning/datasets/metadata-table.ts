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
  fields: Record<string, unknown>;
}

function jsonLines(path: string, text: string): TableRecord[] {
  return text.split(/\r?\n/).flatMap((row, index) => {
    if (row.trim() === '') return [];
    let fields: unknown;
    try {
      fields = JSON.parse(row);
    } catch {
      throw broken(
        path,
        index + 1,
        'is not JSON; every line is one object such as {"file_name": "1.jpg", "label": "dress"}',
      );
    }
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
      throw broken(path, index + 1, 'is not a JSON object');
    }
    return [{ line: index + 1, fields: fields as Record<string, unknown> }];
  });
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
    return { line, fields: Object.fromEntries(names.map((name, index) => [name, fields[index]])) };
  });
}

/** @see RFC 4180, section 2 */
function csvRows(path: string, text: string): { line: number; fields: string[] }[] {
  const rows: { line: number; fields: string[] }[] = [];
  // One field, quoted or bare, and what ends it.
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  let line = 1;
  let row = { line, fields: [] as string[] };
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null)
      throw broken(path, line, 'has a quote that is not closed or stands inside a bare field');
    const [whole, quoted, bare, end] = match;
    row.fields.push(quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"'));
    line += whole.split('\n').length - 1;
    if (end !== ',') {
      if (row.fields.length > 1 || row.fields[0] !== '') rows.push(row);
      row = { line, fields: [] };
    } else if (pattern.lastIndex === text.length) row.fields.push('');
  }
  if (row.fields.length > 0) rows.push(row);
  return rows;
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
