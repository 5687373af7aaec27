import { setTimeout as pause } from 'node:timers/promises';
import type { Zoo } from '../../zoo/zoo.js';
import { scheduleProfile } from './schedule-profile.js';

export interface FillingOptions {
  /** Whether the worker has nothing else to do. */
  isIdle(): boolean;
  /** How long it has to have had nothing to do, and how often it looks, milliseconds. */
  everyMs: number;
  signal: AbortSignal;
}

/** Looks for profiles to measure while a worker has nothing else to do, one at a time. */
export async function fillProfiles(zoo: Zoo, { isIdle, everyMs, signal }: FillingOptions): Promise<void> {
  while (!signal.aborted) {
    await pause(everyMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted || !isIdle()) continue;
    try {
      await scheduleProfile(zoo);
    } catch (error) {
      zoo.log.warn({ err: error }, 'no transfer profile could be queued; trying again');
    }
  }
}
