import { ZooError } from '../../errors.js';

/** What a failed file operation means to a person; without the path, which is nobody's business. */
export function localStoreError(error: unknown): unknown {
  if (error instanceof ZooError || !isErrno(error)) return error;
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') {
    return new ZooError(
      'DISK_NEARLY_FULL',
      'The disk of the object store is full. Free space on the server, then send the bytes again.',
      {},
      { cause: error },
    );
  }
  return new ZooError(
    'STORE_UNAVAILABLE',
    `The folder of the object store cannot be used (${error.code}). Check its disk and permissions.`,
    {},
    { cause: error },
  );
}

/** Whether an error comes from the operating system, with this code if one is given. */
export function isErrno(error: unknown, code?: string): error is NodeJS.ErrnoException & { code: string } {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return false;
  return code === undefined || error.code === code;
}
