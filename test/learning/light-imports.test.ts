import { expect, it } from 'vitest';
import { packagesOf } from '../support/packages-of.js';

it.each([
  'tfjs-layers/load-tfjs-layers.ts',
  'tfjs-layers/write-layer-shards.ts',
  'tfjs-layers/compose-classifier.ts',
])('%s brings no native library into the server', (entry) => {
  const packages = [...packagesOf(`learning/${entry}`)];
  expect(packages).toContain('zod');
  expect(packages.filter((name) => !name.startsWith('node:') && name !== 'zod')).toEqual([]);
});

it('the check sees a native library where there is one', () => {
  expect(packagesOf('learning/engines/onnx-worker.ts')).toContain('onnxruntime-node');
});
