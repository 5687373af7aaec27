import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const source = resolve(dirname(fileURLToPath(import.meta.url)), '../../src/learning');

/** Packages that a module and all it imports bring into the process. */
function packagesOf(entry: string): Set<string> {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const visit = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const [statement, name = ''] of readFileSync(path, 'utf8').matchAll(
      /^(?:import|export)[^;]*?from '([^']+)';/gms,
    )) {
      if (/^(?:import|export) type /.test(statement)) continue;
      if (name.startsWith('.')) visit(resolve(dirname(path), name.replace(/\.js$/, '.ts')));
      else packages.add(name);
    }
  };
  visit(entry);
  return packages;
}

it.each([
  'tfjs-layers/load-tfjs-layers.ts',
  'tfjs-layers/write-layer-shards.ts',
  'tfjs-layers/compose-classifier.ts',
])('%s brings no native library into the server', (entry) => {
  const packages = [...packagesOf(resolve(source, entry))];
  expect(packages).toContain('zod');
  expect(packages.filter((name) => !name.startsWith('node:') && name !== 'zod')).toEqual([]);
});

it('the check sees a native library where there is one', () => {
  expect(packagesOf(resolve(source, 'engines/onnx-worker.ts'))).toContain('onnxruntime-node');
});
