import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

/** The CPU as people know it: `AMD EPYC 7B13, 2 threads`. */
export function describeCpu(threads: number): string {
  const model = cpus()[0]?.model.trim() || 'CPU';
  return `${model}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
}

/** Where NVIDIA's driver tells of the GPUs that it drives. */
const driverFolder = '/proc/driver/nvidia/gpus';

/** The NVIDIA GPUs of this machine, `NVIDIA H100` or `2 × NVIDIA H100`, without loading anything; undefined if there is none. */
export function describeGpus(folder = driverFolder): string | undefined {
  if (!existsSync(folder)) return existsSync('/dev/dxg') ? 'GPU of the Windows host' : undefined;
  const names = readdirSync(folder).map((address) => {
    const facts = readFileSync(join(folder, address, 'information'), 'utf8');
    return /^Model:\s*(.+)$/m.exec(facts)?.[1]?.trim() ?? 'NVIDIA GPU';
  });
  if (names.length === 0) return undefined;
  const kinds = [...new Set(names)];
  return kinds
    .map((kind) => [names.filter((name) => name === kind).length, kind] as const)
    .map(([count, kind]) => (count === 1 ? kind : `${count} × ${kind}`))
    .join(', ');
}
