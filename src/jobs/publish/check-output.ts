import { constants } from 'node:fs';
import { access, lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { ZooError } from '../../errors.js';

/** What the result of a job may be at most; far more than any model that a job can fit. */
const most = { files: 20_000, bytes: 16 * 1024 ** 3 };

/**
 * Looks at what a process left where its result lies, before anyone reads it: plain files in folders, not too many and not
 * too large. A file with holes counts as long as it is.
 *
 * @throws ZooError JOB_OUTPUT_NOT_PLAIN, JOB_OUTPUT_TOO_LARGE
 */
export async function checkOutput(folder: string): Promise<void> {
  let files = 0;
  let bytes = 0;
  const waiting = [folder];
  for (let open = waiting.pop(); open !== undefined; open = waiting.pop()) {
    for await (const entry of await opendir(open)) {
      const path = join(open, entry.name);
      files += 1;
      if (entry.isDirectory()) waiting.push(path);
      else if (entry.isFile()) bytes += (await lstat(path)).size;
      else throw notPlain(entry.isSymbolicLink() ? 'a symbolic link' : 'a pipe, socket or device');
      const isReadable = await access(path, constants.R_OK).then(
        () => true,
        () => false,
      );
      if (!isReadable) throw notPlain('a file or folder that cannot be read');
      if (files > most.files) throw tooLarge(`more than ${most.files} files and folders`);
      if (bytes > most.bytes) throw tooLarge(`more than ${most.bytes / 1024 ** 3} GB`);
    }
  }
}

function notPlain(what: string): ZooError {
  return new ZooError(
    'JOB_OUTPUT_NOT_PLAIN',
    `The job left ${what} where its result lies; a result is plain files. Nothing was published.`,
  );
}

function tooLarge(what: string): ZooError {
  return new ZooError('JOB_OUTPUT_TOO_LARGE', `The result of the job has ${what}. Nothing was published.`);
}
