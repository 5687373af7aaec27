import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import featureExtraction from '../../src/plugins/feature-extraction-svm/index.js';
import { loadStrategies } from '../../src/plugins/loader.js';

const source = (name: string, candidate: unknown) => ({
  name,
  import: () => Promise.resolve({ default: candidate }),
});

describe('the strategy loader', () => {
  it('finds the built-ins', async () => {
    const { all, find, refused } = await loadStrategies();
    expect(all.map(({ name }) => name)).toEqual([
      'feature-extraction-svm',
      'full-retraining',
      'partial-fine-tuning',
    ]);
    expect(find('feature-extraction-svm')).toBe(featureExtraction);
    expect(find('no-such-strategy')).toBeUndefined();
    expect(refused).toEqual([]);
  });

  it('lists what cannot be used with the reason and goes on with the rest', async () => {
    const { all, refused } = await loadStrategies([
      { name: 'broken', import: () => Promise.reject(new Error('no such package')) },
      source('empty', undefined),
      source('shouting', { ...featureExtraction, name: 'SHOUTING' }),
      source('undescribed', { ...featureExtraction, name: 'quiet', parameters: z.object({ a: z.number() }) }),
      source('without-fit', { ...featureExtraction, name: 'idle', load: undefined }),
      source('estimated', { ...featureExtraction, name: 'sure', estimate: 0.9 }),
      source('first', featureExtraction),
      source('second', featureExtraction),
    ]);
    expect(all).toEqual([featureExtraction]);
    expect(refused).toEqual([
      { source: 'broken', code: 'PLUGIN_IMPORT_FAILED', reason: 'it cannot be imported: no such package' },
      {
        source: 'empty',
        code: 'PLUGIN_EXPORT_MISSING',
        reason: 'its default export is undefined, not a strategy',
      },
      {
        source: 'shouting',
        code: 'PLUGIN_METADATA_INVALID',
        reason: 'name must be lower-case words joined by dashes',
      },
      { source: 'undescribed', code: 'PLUGIN_METADATA_INVALID', reason: 'parameter a has no description' },
      { source: 'without-fit', code: 'PLUGIN_METADATA_INVALID', reason: 'load must be a function' },
      {
        source: 'estimated',
        code: 'PLUGIN_METADATA_INVALID',
        reason: 'estimate must be a function that loads the estimate',
      },
      {
        source: 'second',
        code: 'PLUGIN_NAME_TAKEN',
        reason: 'another source already gives a strategy named feature-extraction-svm',
      },
    ]);
  });

  it('loads metadata without ONNX Runtime, sharp or TensorFlow', async () => {
    const script = `
      const { loadStrategies } = await import('./dist/plugins/loader.js');
      await loadStrategies();
      process.stdout.write(JSON.stringify(process.report.getReport().sharedObjects));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    const libraries = JSON.parse(stdout) as string[];
    expect(libraries.length).toBeGreaterThan(0);
    expect(libraries.filter((path) => /onnx|sharp|vips|tensorflow/i.test(path))).toEqual([]);
  });
});
