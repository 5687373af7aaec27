/** Where a job keeps how far it has come, so that another attempt goes on from there. */
export interface Checkpoints {
  /**
   * Keeps a state; older ones may be dropped. Resolves when it is safe.
   *
   * @param step rises from one to the next.
   */
  save(bytes: Uint8Array, step: number): Promise<void>;
  /** States kept by earlier attempts, the newest first. Any of them may be damaged or of another version: look before use. */
  candidates(): Promise<Uint8Array[]>;
}

/** Checkpoints that live as long as the process: for runs outside a job. */
export function checkpointsInMemory(): Checkpoints {
  let newest: Uint8Array | undefined;
  return {
    save(bytes) {
      newest = bytes.slice();
      return Promise.resolve();
    },
    candidates: () => Promise.resolve(newest === undefined ? [] : [newest]),
  };
}
