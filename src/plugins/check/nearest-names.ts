/**
 * The names most like a misspelt one, nearest first: at most three, none when nothing is near.
 *
 * @see Levenshtein, "Binary codes capable of correcting deletions, insertions, and reversals", 1966
 */
export function nearestNames(wanted: string, names: readonly string[]): string[] {
  const target = wanted.slice(0, 200).toLowerCase();
  const limit = Math.max(2, Math.floor(target.length / 3));
  return names
    .map((name) => ({ name, distance: editDistance(target, name.slice(0, 200).toLowerCase()) }))
    .filter(
      ({ name, distance }) =>
        // As far as the longer one is long: nothing of it is the same.
        (distance <= limit && distance < Math.max(target.length, name.length)) ||
        isPartOf(target, name.toLowerCase()),
    )
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name);
}

const isPartOf = (target: string, name: string): boolean =>
  target.length >= 4 && (name.includes(target) || (name.length >= 4 && target.includes(name)));

function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    above = row;
  }
  return above[b.length] ?? 0;
}
