import { extname } from 'node:path/posix';

/** What browsers may show as it is. Nothing here can carry a script; all else is downloaded as plain bytes. */
const shown: Record<string, string> = {
  '.json': 'application/json; charset=utf-8',
  '.jsonl': 'text/plain; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
};

const downloaded: Record<string, string> = {
  '.tar': 'application/x-tar',
  '.zip': 'application/zip',
};

/** Media type of a file by its name, and whether a browser may show it. HTML and SVG are plain bytes here. */
export function fileType(path: string): { contentType: string; disposition: 'inline' | 'attachment' } {
  const extension = extname(path).toLowerCase();
  const type = shown[extension];
  if (type !== undefined) return { contentType: type, disposition: 'inline' };
  return { contentType: downloaded[extension] ?? 'application/octet-stream', disposition: 'attachment' };
}
