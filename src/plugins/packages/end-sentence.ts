/** What others wrote, as the end of a sentence of ours: with a full stop, unless it has one or another mark that ends it. */
export function endSentence(text: string): string {
  const trimmed = text.trimEnd();
  return /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
