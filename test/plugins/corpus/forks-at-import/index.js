import { spawn } from 'node:child_process';
import { defineStrategy, z } from 'modelzoo/plugin';

spawn('/bin/sleep', ['300'], { detached: true, stdio: 'ignore' }).unref();

export default defineStrategy({
  name: 'forks-at-import',
  version: '1.0.0',
  summary: 'Part of the corpus of bad plugins.',
  parameters: z.object({}),
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: () => [],
  load: () => Promise.resolve({ fit }),
});

function fit() {
  throw new Error('it is never run');
}
