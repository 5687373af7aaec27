import { setTimeout as pause } from 'node:timers/promises';
import type { Zoo } from '../../zoo/zoo.js';
import { catalogueState, scheduleProfile } from './schedule-profile.js';

export interface FillingOptions {
  /** Whether the worker has nothing else to do. */
  isIdle(): boolean;
  /** How long it has to have had nothing to do, and how often it looks, milliseconds. */
  everyMs: number;
  signal: AbortSignal;
}

/**
 * Looks for profiles to measure while a worker has nothing else to do, one at a time. Once all are complete, it looks again
 * when a model or data set has changed.
 */
export async function fillProfiles(zoo: Zoo, { isIdle, everyMs, signal }: FillingOptions): Promise<void> {
  let completeSince: string | undefined;
  while (!signal.aborted) {
    await pause(everyMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted || !isIdle()) continue;
    try {
      // Asked before looking: what is published meanwhile is another state.
      const state = await catalogueState(zoo);
      if (state === completeSince) continue;
      const { isComplete } = await scheduleProfile(zoo);
      if (isComplete) completeSince = state;
    } catch (error) {
      zoo.log.warn({ err: error }, 'no transfer profile could be queued; trying again');
    }
  }
}
