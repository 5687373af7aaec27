import { open } from 'node:fs/promises';

/**
 * Writes an object to a JSON file whose arrays stand an item a line: it stays readable and diffable with millions of
 * items, and no string has to hold the whole.
 */
export async function writeJsonRows(
  path: string,
  content: Record<string, readonly unknown[]>,
): Promise<void> {
  const file = await open(path, 'w');
  try {
    let text = '{';
    for (const [position, [key, items]] of Object.entries(content).entries()) {
      text += `${position === 0 ? '' : ','}\n${JSON.stringify(key)}:[`;
      for (const [index, item] of items.entries()) {
        text += `${index === 0 ? '\n' : ',\n'}${JSON.stringify(item)}`;
        if (text.length > 1024 ** 2) {
          await file.appendFile(text);
          text = '';
        }
      }
      text += '\n]';
    }
    await file.appendFile(`${text}\n}\n`);
  } finally {
    await file.close();
  }
}
