import type { CommandContext } from '../command-context.js';
import { formatBytes } from '../output/format.js';
import { uploadBlob, type UploadSource } from './upload-blob.js';

/** Small files are mostly waiting for answers: a few at once. */
const parallelUploads = 4;

/** Sends what the server does not have yet, with progress. @throws ZooError as `uploadBlob` does */
export async function uploadAll(context: CommandContext, sources: UploadSource[]): Promise<void> {
  const total = sources.reduce((sum, source) => sum + source.sizeBytes, 0);
  const progress = context.output.progress('Sending', 'bytes');
  let done = 0;
  let sent = 0;
  const moved = (bytes: number) => {
    done += bytes;
    progress.update(done, total);
  };
  const waiting = [...sources];
  const sendNext = async (): Promise<void> => {
    for (let source = waiting.shift(); source !== undefined; source = waiting.shift()) {
      if ((await uploadBlob(context.connection, source, moved)) === 'sent') sent += source.sizeBytes;
    }
  };
  try {
    await Promise.all(Array.from({ length: parallelUploads }, sendNext));
  } finally {
    progress.end();
  }
  context.output.note(
    sent === 0 ? 'The server has every byte already.' : `Sent ${formatBytes(sent)} of ${formatBytes(total)}.`,
  );
}
