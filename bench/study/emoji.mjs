import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Categories with enough drawings, by their names in the package. */
const categories = {
  'Smileys & Emotion': 'smileys',
  'Animals & Nature': 'animals',
  'Food & Drink': 'food',
  'Travel & Places': 'travel',
  Objects: 'objects',
  Symbols: 'symbols',
  Flags: 'flags',
};

export const emojiClasses = Object.values(categories);

/**
 * The emoji that two vendors drew, with the category as the class: the same things in another style.
 *
 * @param folder `node_modules` with emoji-datasource-google and emoji-datasource-twitter.
 */
export async function readEmoji(folder, vendor) {
  const root = join(folder, `emoji-datasource-${vendor}`);
  const all = JSON.parse(await readFile(join(root, 'emoji.json'), 'utf8'));
  return all
    .filter((emoji) => emoji.has_img_google && emoji.has_img_twitter && emoji.category in categories)
    .map((emoji) => ({
      class: categories[emoji.category],
      name: emoji.image,
      bytes: () => readFile(join(root, 'img', vendor, '64', emoji.image)),
    }));
}
