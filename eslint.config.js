import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** Which rooms a room may not reach into. Data flows schema, http → zoo, jobs → plugins → learning. */
const forbidden = {
  'src/learning': ['schema', 'http', 'zoo', 'jobs', 'plugins', 'cli', 'config.ts', 'config'],
  'src/plugins': ['schema', 'http', 'zoo', 'jobs', 'cli', 'config.ts', 'config'],
  'src/zoo': ['schema', 'http', 'jobs', 'plugins', 'cli'],
  'src/jobs': ['schema', 'http', 'cli'],
  'src/http': ['schema', 'cli'],
  'src/schema': ['http', 'cli'],
  'src/cli': ['schema', 'http', 'jobs', 'zoo'],
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
          zones: Object.entries(forbidden).map(([target, rooms]) => ({
            target: `./${target}`,
            from: rooms.map((room) => `./src/${room}`),
            message: `${target} may not import from there: data flows schema, http → zoo, jobs → plugins → learning.`,
          })),
        },
      ],
    },
  },
  {
    files: ['src/config.ts', 'src/config/**', 'test/**', 'bench/**', '**/*.config.*'],
    rules: { 'no-restricted-properties': 'off' },
  },
);
