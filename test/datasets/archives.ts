import { gzipSync, deflateRawSync, crc32 } from 'node:zlib';
import { pack, type Header } from 'tar-stream';

/** A file of an archive to be made: its path and content. */
export type Files = Record<string, Buffer | string>;

/** A tar as any tool writes it. */
export function tarOf(files: Files): Promise<Buffer> {
  return tarWith(Object.entries(files).map(([name, content]) => ({ header: { name }, content })));
}

/** A tar with whatever headers are given, good or bad. */
export async function tarWith(
  entries: { header: Partial<Header> & { name: string }; content?: Buffer | string }[],
): Promise<Buffer> {
  const tar = pack();
  for (const { header, content } of entries) {
    tar.entry({ mtime: new Date(1e12), ...header }, content === undefined ? '' : Buffer.from(content));
  }
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export async function tarGzOf(files: Files): Promise<Buffer> {
  return gzipSync(await tarOf(files));
}

export interface ZipEntry {
  name: string;
  content?: Buffer | string;
  method?: 'stored' | 'deflated';
  /** Unix mode, as in a zip made on Unix. */
  mode?: number;
  /** Lies told in the directory. */
  declared?: { sizeBytes?: number; crc32?: number; method?: number; flags?: number; offset?: number };
}

export function zipOf(files: Files): Buffer {
  return zipWith(Object.entries(files).map(([name, content]) => ({ name, content })));
}

/** A zip, by hand, so that it can say what no tool would write. */
export function zipWith(entries: ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content = '', method = 'stored', mode, declared = {} } of entries) {
    const bytes = Buffer.from(content);
    const packed = method === 'stored' ? bytes : deflateRawSync(bytes);
    const path = Buffer.from(name);
    const methodNumber = declared.method ?? (method === 'stored' ? 0 : 8);
    const header = Buffer.alloc(26);
    header.writeUInt16LE(20, 0);
    header.writeUInt16LE(0x0800 | (declared.flags ?? 0), 2);
    header.writeUInt16LE(methodNumber, 4);
    header.writeUInt32LE((declared.crc32 ?? crc32(bytes)) >>> 0, 10);
    header.writeUInt32LE(packed.byteLength, 14);
    header.writeUInt32LE(declared.sizeBytes ?? bytes.byteLength, 18);
    header.writeUInt16LE(path.byteLength, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), header, path, packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(((mode ?? 0o100644) << 16) >>> 0, 6);
    rest.writeUInt32LE(declared.offset ?? offset, 10);
    const madeBy = Buffer.from([20, 3]);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), madeBy, header, rest, path]));
    parts.push(local);
    offset += local.byteLength;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listing.byteLength, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, listing, end]);
}
