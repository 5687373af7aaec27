import type { Latency } from '../../learning/evaluation.js';

/** Bytes for people: `812 B`, `3.4 MB`. Powers of 1024. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1024 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

/** Counts for people: `950`, `2.2 M`. Powers of 1000. */
export function formatCount(count: number): string {
  const units = ['', ' k', ' M', ' G'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3));
  const value = count / 1000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)}${units[power]}`;
}

/** A fraction as a percentage with one decimal: `81.7 %`; a dash where there is none. */
export function formatPercent(fraction: number | null): string {
  return fraction === null ? '–' : `${(fraction * 100).toFixed(1)} %`;
}

/** A duration: `850 ms`, `12.3 s`, `4 min 05 s`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/** `12.3 ms (nine in ten within 14.0 ms)`. */
export function formatLatency({ medianMs, p90Ms }: Latency): string {
  return `${medianMs.toFixed(1)} ms (nine in ten within ${p90Ms.toFixed(1)} ms)`;
}

/** The date and minute of an ISO time: `2026-11-24 20:14`. */
export function formatTime(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}
