import type { FileHandle } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { ByteRange } from '../zoo/object-store/object-store.js';

const pieceBytes = 512 * 1024;

/**
 * Writes a part of a file to a stream and ends it; closes the file. Two buffers take turns, one being read into while the
 * other is on its way out. A stream of Node's takes fresh memory for every piece, which on Linux can cost four times
 * the processor time of the sending itself: the system maps, clears and unmaps it each time.
 *
 * @param range both ends inclusive; an empty file has the end -1.
 * @throws the stream's error when the other side goes away.
 */
export async function sendFilePart(file: FileHandle, range: ByteRange, sink: Writable): Promise<void> {
  try {
    const buffers = [allocate(range), allocate(range)] as const;
    let written: Promise<void> = Promise.resolve();
    for (let position = range.start, turn = 0; position <= range.end; turn++) {
      const buffer = turn % 2 === 0 ? buffers[0] : buffers[1];
      const wanted = Math.min(buffer.length, range.end + 1 - position);
      const { bytesRead } = await file.read(buffer, 0, wanted, position);
      if (bytesRead === 0) throw new Error('the file is shorter than its blob');
      position += bytesRead;
      await written;
      written = write(sink, buffer.subarray(0, bytesRead));
      // Whoever awaits it next gets the error; until then it must not count as unhandled.
      written.catch(() => undefined);
    }
    await written;
    sink.end();
  } catch (error) {
    sink.destroy();
    throw error;
  } finally {
    await file.close();
  }
}

function allocate({ start, end }: ByteRange): Buffer {
  return Buffer.allocUnsafeSlow(Math.min(pieceBytes, Math.max(end + 1 - start, 0)));
}

/** Resolves when the bytes are with the operating system and their buffer is free again. */
function write(sink: Writable, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    sink.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
