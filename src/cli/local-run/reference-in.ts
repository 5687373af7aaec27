import { parseReference, type Reference } from '../reference.js';

/** `owner/name[@revision]`, or undefined for what cannot be a reference: it was meant as a path then. */
export function referenceIn(source: string): Reference | undefined {
  try {
    return parseReference(source);
  } catch {
    return undefined;
  }
}
