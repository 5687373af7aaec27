/** 2000 as `2,000 pictures`. */
export const countPictures = (count: number): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? 'picture' : 'pictures'}`;

/** Seconds as people read them: `0.4 s`, `12 s`, `3 min`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
