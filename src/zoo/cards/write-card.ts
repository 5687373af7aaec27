import type { EntityManager } from 'typeorm';
import { readCard } from './front-matter.js';

/**
 * Sets the card of a model or data set, byte for byte as written. Front matter, where the card has any, decides on
 * licence and tags (what it leaves out is unset) and on the task where it names one; a card without front matter leaves
 * them alone. The row must be locked by the caller (`lockForChange`).
 *
 * @throws ZooError CARD_INVALID
 */
export async function writeCard(
  manager: EntityManager,
  table: 'models' | 'datasets',
  id: string,
  text: string,
): Promise<void> {
  const card = readCard(text);
  await manager.query(
    `UPDATE ${table}
        SET card = $2, card_data = $3, updated_at = now(),
            license = CASE WHEN $4 THEN $5 ELSE license END,
            tags = CASE WHEN $4 THEN $6::text[] ELSE tags END,
            task = coalesce($7, task)
      WHERE id = $1`,
    [id, text, JSON.stringify(card.data), card.hasFrontMatter, card.license, card.tags, card.task],
  );
}
