import { ESLint } from 'eslint';
import { expect, it } from 'vitest';

/** The rules of eslint.config.js on imports; those that need types are left out, so that a snippet needs no project. */
const eslint = new ESLint({
  overrideConfig: [
    {
      files: ['**/*.ts'],
      languageOptions: { parserOptions: { projectService: false } },
      rules: {
        '@typescript-eslint/no-floating-promises': 'off',
        '@typescript-eslint/no-misused-promises': 'off',
        '@typescript-eslint/no-unused-vars': 'off',
      },
    },
  ],
});

async function complaints(file: string, code: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(code, { filePath: `src/plugins/${file}` });
  return (result?.messages ?? []).map(({ ruleId }) => ruleId);
}

const builtIns = ['feature-extraction-svm/fit.ts', 'partial-fine-tuning/fit.ts', 'full-retraining/fit.ts'];

it.each(builtIns)('%s may import the doors, zod and its own folder', async (file) => {
  const code = `
    import { z } from 'zod';
    import { defineStrategy } from '../plugin.js';
    import { candidateLayers } from '../../learning/public.js';
    import strategy from './index.js';`;
  expect(await complaints(file, code)).toEqual([]);
});

it.each(
  builtIns.flatMap((file) =>
    [
      '../contract.js',
      '../check/check-task.js',
      '../run/run-strategy.js',
      '../fine-tuning/fine-tune.js',
      '../../learning/linear/choose-c.js',
      '../../learning/training/engines/open-engine.js',
      '../../errors.js',
      '../../jobs/load-jobs.js',
    ].map((path) => ({ file, path })),
  ),
)('$file may not import $path', async ({ file, path }) => {
  expect(await complaints(file, `import * as inside from '${path}';`)).toContain(
    'import-x/no-restricted-paths',
  );
});

it.each(['onnxruntime-node', '@tensorflow/tfjs-core', 'sharp', 'pg'])(
  'a built-in may not import the package %s',
  async (name) => {
    const code = `import * as inside from '${name}';`;
    expect(await complaints('full-retraining/fit.ts', code)).toEqual(['no-restricted-imports']);
  },
);

it('what the built-ins share may reach for what the door is made of, and no further', async () => {
  const allowed = `import { checkTask } from '../check/check-task.js';`;
  expect(await complaints('fine-tuning/fine-tune.ts', allowed)).toEqual([]);
  const further = `import { createTrainer } from '../run/create-trainer.js';`;
  expect(await complaints('fine-tuning/fine-tune.ts', further)).toEqual(['import-x/no-restricted-paths']);
});
