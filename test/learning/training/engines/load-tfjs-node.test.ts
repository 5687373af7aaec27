import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeGpus } from '../../../../src/learning/training/engines/describe-device.js';
import { loadTfjsNode } from '../../../../src/learning/training/engines/tfjs/load-tfjs-node.js';

/** A folder as the build script leaves it, with a package that does as told. */
function addonFolder(program: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'zoo-addon-'));
  const home = join(folder, 'tfjs-node-gpu', 'node_modules', '@tensorflow', 'tfjs-node-gpu');
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), '{ "name": "@tensorflow/tfjs-node-gpu", "version": "4.22.0" }');
  writeFileSync(join(home, 'index.js'), program);
  return folder;
}

it('says that there is no addon where there is none', () => {
  const nowhere = { missing: '@tensorflow/tfjs-node-gpu is not installed' };
  expect(loadTfjsNode('tfjs-node-gpu', undefined)).toEqual(nowhere);
  expect(loadTfjsNode('tfjs-node-gpu', join(tmpdir(), 'no-such-folder'))).toEqual(nowhere);
});

it('takes no package from the folders above, which are for others to write to', () => {
  const planted = addonFolder('exports.findBackend = () => { throw new Error("loaded"); };');
  const below = join(planted, 'tfjs-node-gpu', 'somebody', 'addon');
  mkdirSync(join(below, 'tfjs-node-gpu'), { recursive: true });
  expect(loadTfjsNode('tfjs-node-gpu', below)).toEqual({
    missing: '@tensorflow/tfjs-node-gpu is not installed',
  });
});

it('says in one line, without folders, why an addon does not load', () => {
  const folder = addonFolder(
    `throw new Error('/opt/zoo/lib/tfjs_binding.node: libcudart.so.11.0: cannot open shared object file\\nstack');`,
  );
  expect(loadTfjsNode('tfjs-node-gpu', folder)).toEqual({
    missing:
      '@tensorflow/tfjs-node-gpu does not load: tfjs_binding.node: libcudart.so.11.0: cannot open shared object file',
  });
});

it('gives back the function that Node 23 took away before the addon asks for it', () => {
  const folder = addonFolder(`
    const { isNullOrUndefined } = require('util');
    if (!isNullOrUndefined(null) || isNullOrUndefined(0)) throw new Error('not the function');
    exports.findBackend = () => ({ binding: { TF_Version: '2.21.0' }, isUsingGpuDevice: true });`);
  expect(loadTfjsNode('tfjs-node-gpu', folder)).toMatchObject({
    found: { version: '4.22.0', tensorflowVersion: '2.21.0', usesGpu: true },
  });
  // From now on this process is the GPU's: both packages register the same backend.
  expect(loadTfjsNode('tfjs-node', folder)).toEqual({
    missing: 'this process runs on tfjs-node-gpu already',
  });
});

it('reads the names of GPUs where the driver tells of them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zoo-gpus-'));
  expect(describeGpus(join(folder, 'none'))).toBeUndefined();
  expect(describeGpus(folder)).toBeUndefined();
  ['0000:01:00.0', '0000:02:00.0'].forEach((address) => {
    mkdirSync(join(folder, address));
    writeFileSync(join(folder, address, 'information'), 'Model: \t\t NVIDIA H100 PCIe\nIRQ:   \t 1\n');
  });
  expect(describeGpus(folder)).toBe('2 × NVIDIA H100 PCIe');
});
