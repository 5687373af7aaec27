import { createRequire } from 'node:module';
import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // TypeORM and type-graphql read decorator metadata, which only swc and tsc emit.
  plugins: [
    swc.vite({
      jsc: {
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        target: 'es2022',
      },
    }),
  ],
  oxc: false,
  // graphql has two builds; everything must load the one that Node itself picks.
  resolve: { alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // How long work takes says nothing about the code, least of all on a machine with other work: these end what hangs.
    testTimeout: 300_000,
    hookTimeout: 600_000,
    // Ends just before its test would, and says what it waited for.
    expect: { poll: { timeout: 280_000, interval: 20 } },
  },
});
