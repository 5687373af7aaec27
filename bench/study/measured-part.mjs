import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';

const [start, end] = ['<!-- measured -->', '<!-- /measured -->'];

/** Replaces what stands between a page's markers. */
export async function writeMeasuredPart(page, parts) {
  const text = await readFile(page, 'utf8');
  const before = text.slice(0, text.indexOf(start) + start.length);
  const after = text.slice(text.indexOf(end));
  const whole = `${before}\n\n${parts.join('\n\n')}\n\n${after}`;
  await writeFile(page, await format(whole, { parser: 'markdown', printWidth: 110, proseWrap: 'preserve' }));
}
