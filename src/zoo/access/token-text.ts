import { randomBytes } from 'node:crypto';
import { hashBytes } from '../../learning/sha256.js';

/** A fresh bearer token: `zoo_` and 32 random bytes. It is shown once and never stored. */
export function newTokenText(): string {
  return `zoo_${randomBytes(32).toString('base64url')}`;
}

/** What is stored instead of the token. A plain SHA-256 suffices: 256 random bits cannot be guessed from it. */
export function hashToken(text: string): string {
  return hashBytes(text);
}

/** The beginning of a token, so that its owner can tell tokens apart. */
export function tokenPrefix(text: string): string {
  return text.slice(0, 8);
}
