/**
 * Where the scripts lie that run in processes of their own. They are always the built ones (`dist/`), also when the
 * caller runs from `src/` under the test runner: Node cannot run decorated TypeScript by itself.
 */
export function entryPoint(
  name:
    | 'zoo/database/pglite-child'
    | 'jobs/child/attempt-child'
    | 'jobs/child/engine-probe'
    | 'plugins/packages/inspect/inspector-child'
    | 'jobs/strategies/schema-thread'
    | 'learning/engines/onnx-worker'
    | 'learning/training/engines/onnx/replica-worker',
): URL {
  return new URL(`../dist/${name}.js`, import.meta.url);
}
