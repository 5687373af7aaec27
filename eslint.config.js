import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** Which rooms a room may not reach into. Data flows schema, http → zoo, jobs → advisor → plugins → learning. */
const forbidden = {
  'src/learning': ['schema', 'http', 'zoo', 'jobs', 'advisor', 'plugins', 'cli', 'config.ts', 'config'],
  'src/plugins': ['schema', 'http', 'zoo', 'jobs', 'advisor', 'cli', 'config.ts', 'config'],
  'src/advisor': ['schema', 'http', 'zoo', 'jobs', 'cli', 'config.ts', 'config'],
  'src/zoo': ['schema', 'http', 'jobs', 'advisor', 'plugins', 'cli'],
  'src/jobs': ['schema', 'http', 'cli'],
  'src/http': ['schema', 'cli'],
  'src/schema': ['http', 'cli'],
  'src/cli': ['schema', 'http', 'jobs', 'zoo'],
};

/**
 * What a strategy that comes with the zoo may import, beside its own files: what a package from outside could. The code that
 * some of them share lies behind the door; it may reach for what the door is made of.
 */
const doors = ['plugins/plugin.ts', 'learning/public.ts'];
const strategies = {
  'feature-extraction-svm': doors,
  'partial-fine-tuning': doors,
  'full-retraining': doors,
  'fine-tuning': [...doors, 'plugins/check', 'plugins/parameters'],
};

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'zoo-data', 'assets', 'examples', 'test/plugins/corpus/*/'] },
  js.configs.recommended,
  tseslint.configs.recommended,
  {
    // Plain scripts: what Node has everywhere.
    files: ['**/*.mjs'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'AbortController',
          'AbortSignal',
          'Buffer',
          'TextDecoder',
          'TextEncoder',
          'URL',
          'clearInterval',
          'clearTimeout',
          'console',
          'fetch',
          'performance',
          'process',
          'setImmediate',
          'setInterval',
          'setTimeout',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/consistent-type-imports': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Only src/config.ts and src/config/ read the environment.',
        },
      ],
      'max-lines': ['error', { max: 400, skipBlankLines: true }],
      'import-x/no-restricted-paths': [
        'error',
        {
          zones: [
            ...Object.entries(forbidden).map(([target, rooms]) => ({
              target: `./${target}`,
              from: rooms.map((room) => `./src/${room}`),
              message: `${target} may not import from there: data flows schema, http → zoo, jobs → advisor → plugins → learning.`,
            })),
            ...Object.entries(strategies).map(([name, except]) => ({
              target: `./src/plugins/${name}`,
              from: './src',
              except: [...except, `plugins/${name}`].map((path) => `./${path}`),
              message: `${name} comes through the same door as a package from outside: import from src/${except.join(', src/')} only, and add there what others should have too.`,
            })),
          ],
        },
      ],
    },
  },
  {
    files: Object.keys(strategies).map((name) => `src/plugins/${name}/**`),
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(?!\\.|node:|zod$)',
              message:
                'The packages that the zoo happens to have are no part of what strategies are written against.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['src/config.ts', 'src/config/**', 'test/**', 'bench/**', '**/*.config.*'],
    rules: { 'no-restricted-properties': 'off' },
  },
);
