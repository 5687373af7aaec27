import { writeFile } from 'node:fs/promises';
import { defineStrategy, z } from 'modelzoo/plugin';

export default defineStrategy({
  name: 'fills-the-disk',
  version: '1.0.0',
  summary: 'Part of the corpus of bad plugins.',
  parameters: z.object({}),
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: () => [],
  load: () => Promise.resolve({ fit }),
});

async function fit({ signal }) {
  const megabytes = Buffer.alloc(4 * 2 ** 20, 1);
  for (let file = 0; ; file++) {
    signal.throwIfAborted();
    await writeFile(`junk-${file}`, megabytes);
  }
}
