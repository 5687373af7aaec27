/** `3.5 M`, `412 k`: counts as people read them. */
export function formatCount(count: number): string {
  for (const [size, unit] of [
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (count >= size) return `${trimmed(count / size)} ${unit}`;
  }
  return String(count);
}

/** `14.2 MB`, in powers of 1024, as on the command line. */
export function formatBytes(bytes: number): string {
  for (const [size, unit] of [
    [1024 ** 3, 'GB'],
    [1024 ** 2, 'MB'],
    [1024, 'KB'],
  ] as const) {
    if (bytes >= size) return `${trimmed(bytes / size)} ${unit}`;
  }
  return `${bytes} B`;
}

/** `91.4 %`, on one line; a dash where there is no number. */
export function formatPercent(fraction: number | null): string {
  return fraction === null ? '–' : `${(fraction * 100).toFixed(1)}\u00a0%`;
}

/** `2026-11-24`. */
export function formatDate(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function trimmed(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(3).replace(/\.?0+$/, '');
}
