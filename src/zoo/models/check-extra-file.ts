import { ZooError } from '../../errors.js';
import { fileKind } from './version-paths.js';

/** Bytes that a file beside the model may have. */
export const maxExtraFileBytes = 16 * 2 ** 20;

const signatures: [name: string, bytes: number[], offset?: number][] = [
  ['png', [0x89, 0x50, 0x4e, 0x47]],
  ['jpeg', [0xff, 0xd8, 0xff]],
  ['gif', [0x47, 0x49, 0x46, 0x38]],
  ['webp', [0x57, 0x45, 0x42, 0x50], 8],
];

/**
 * Holds a file beside the model to what its path says it is, by content: text is UTF-8, a picture begins as pictures do.
 * Pickles, archives and programs are neither, whatever they are called.
 *
 * @throws ZooError MODEL_FILE_NOT_ACCEPTED
 */
export function checkExtraFile(path: string, bytes: Uint8Array): void {
  if (isPickle(bytes)) throw notAccepted(path, 'is a Python pickle, which runs code when it is opened');
  const kind = fileKind(path);
  if (kind === 'text') {
    if (!isText(bytes)) throw notAccepted(path, 'is not UTF-8 text');
    return;
  }
  if (kind === 'image') {
    if (!signatures.some(([, signature, offset = 0]) => startsWith(bytes, signature, offset))) {
      throw notAccepted(path, 'is not a PNG, JPEG, GIF or WebP picture');
    }
    return;
  }
  throw notAccepted(path, 'is not named by model.json');
}

function notAccepted(path: string, reason: string): ZooError {
  return new ZooError(
    'MODEL_FILE_NOT_ACCEPTED',
    `${path} ${reason}. Remove it, or replace it, and publish again.`,
    {
      path,
    },
  );
}

/** Protocol 2 and up begin with 0x80 and a small number; zip-packed ones (PyTorch) and protocol 0 fail as text. */
function isPickle(bytes: Uint8Array): boolean {
  return bytes[0] === 0x80 && (bytes[1] ?? 0) >= 1 && (bytes[1] ?? 0) <= 5;
}

function isText(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function startsWith(bytes: Uint8Array, signature: number[], offset: number): boolean {
  return signature.every((byte, index) => bytes[offset + index] === byte);
}
