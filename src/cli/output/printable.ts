/**
 * Text as a terminal may show it: what a server sends (notes, cards, log lines, messages) must not move the cursor, set the
 * clipboard or hide what was written before. Line breaks and tabs stay; other control characters become `�`.
 */
export function printable(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(/(?![\n\t])\p{Cc}/gu, '\u{FFFD}');
}
