import { hashBytes } from '../../learning/sha256.js';

/**
 * The card of a model that jobs publish to is filled in by the zoo as long as nobody has written it: an empty card, or
 * one that is, to the letter, what the zoo wrote last. A comment at its end carries the digest that tells.
 */
const mark = /\n<!-- written by Model Zoo, kept current until edited: ([0-9a-f]{64}) -->\n$/;

/** Adds the mark to a card that the zoo has written. */
export function markGenerated(card: string): string {
  return `${card}\n<!-- written by Model Zoo, kept current until edited: ${hashBytes(card)} -->\n`;
}

/** True when a card may be written anew without taking anyone's words away. */
export function mayRewrite(card: string): boolean {
  if (card.trim() === '') return true;
  const found = mark.exec(card);
  return found !== null && found[1] === hashBytes(card.slice(0, found.index));
}
