import { formatBytes } from './format.js';
import type { ProgressUnit } from './output.js';
import { printable } from './printable.js';

/** A running display of how far long work is. */
export interface Progress {
  /** `detail` stands behind the numbers, for example the seconds left. */
  update(done: number, total: number, detail?: string): void;
  /** Ends it, leaving a last line. */
  end(text?: string): void;
}

/** The part of a terminal stream that a progress display needs. */
export interface ProgressStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

const redrawMs = 80;
const plainLineMs = 5_000;

/** A bar that redraws itself in a terminal; elsewhere a plain line every five seconds. */
export function createProgress(options: {
  label: string;
  unit: ProgressUnit;
  stream: ProgressStream;
  silent?: boolean;
  now?: () => number;
}): Progress {
  const { label, unit, stream, now = Date.now } = options;
  if (options.silent) return { update: () => undefined, end: () => undefined };
  const show = unit === 'bytes' ? formatBytes : (value: number) => String(value);
  // Work that is done before the first line is due needs none.
  let written = stream.isTTY ? Number.NEGATIVE_INFINITY : now();
  let drawn = false;

  return {
    update(done, total, detail = '') {
      const time = now();
      if (time - written < (stream.isTTY ? redrawMs : plainLineMs)) return;
      written = time;
      const counts = total > 0 ? `${show(done)} of ${show(total)}` : show(done);
      const tail = `${counts}${detail && `  ${printable(detail)}`}`;
      if (!stream.isTTY) {
        stream.write(`${label}: ${tail}\n`);
        return;
      }
      drawn = true;
      stream.write(
        `\r\x1b[2K${terminalLine(label, tail, total > 0 ? done / total : 0, stream.columns ?? 80)}`,
      );
    },
    end(text) {
      if (drawn) stream.write('\r\x1b[2K');
      if (text !== undefined) stream.write(`${printable(text)}\n`);
    },
  };
}

function terminalLine(label: string, tail: string, fraction: number, columns: number): string {
  const width = Math.min(30, columns - label.length - tail.length - 6);
  if (width < 5) return `${label}  ${tail}`.slice(0, columns - 1);
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return `${label}  ${'█'.repeat(filled)}${'░'.repeat(width - filled)}  ${tail}`;
}
