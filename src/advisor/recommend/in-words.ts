/** Numbers as people read them, for the sentences of an advice. */

/** A difference of accuracies. */
export function points(difference: number): string {
  const amount = Math.abs(100 * difference).toFixed(1);
  return `${amount} ${amount === '1.0' ? 'point' : 'points'}`;
}

export function duration(seconds: number): string {
  if (seconds < 99.5) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 5970) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, count)) / 10));
  const amount = count / 1024 ** power;
  return `${amount.toFixed(power > 0 && amount < 10 ? 1 : 0)} ${units[power]}`;
}

export const grouped = (count: number): string => Math.round(count).toLocaleString('en');

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;
