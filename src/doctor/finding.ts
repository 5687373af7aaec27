/** One thing a server or worker needs, or can use, and how it stands. */
export interface Finding {
  what: string;
  ok: boolean;
  /** A zoo does without it. */
  optional?: true;
  /** What was found; where it is not well, what to do. */
  detail: string;
}
