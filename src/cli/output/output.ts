import { printable } from './printable.js';
import { createProgress, type Progress } from './progress.js';

/** Where a command writes: results to standard output, everything about the way there to standard error. */
export interface Output {
  /** True with `--json`: one JSON document on standard output, or one JSON line per event. */
  readonly json: boolean;
  /** A line of the result, for people. Nothing with `--json`. */
  line(text?: string): void;
  /** The result, for programs. Nothing without `--json`. */
  document(value: unknown): void;
  /** A remark on standard error. Nothing with `--json`. */
  note(text: string): void;
  /** Progress of long work on standard error: a bar in a terminal, plain lines elsewhere, nothing with `--json`. */
  progress(label: string, unit: ProgressUnit): Progress;
}

export type ProgressUnit = 'bytes' | 'items';

export function createOutput(json: boolean): Output {
  return {
    json,
    line: (text = '') => {
      if (!json) process.stdout.write(`${printable(text)}\n`);
    },
    document: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
    note: (text) => {
      if (!json) process.stderr.write(`${printable(text)}\n`);
    },
    progress: (label, unit) =>
      createProgress({ label: printable(label), unit, stream: process.stderr, silent: json }),
  };
}
