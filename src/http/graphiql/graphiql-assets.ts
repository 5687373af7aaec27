import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

export interface Asset {
  contentType: string;
  gzipped: Buffer;
}

/** Name and version of the package GraphiQL comes in; the version stands in the addresses, so they can be kept for good. */
const packageName = '@graphql-yoga/render-graphiql';
const requireFrom = createRequire(import.meta.url);
export const graphiqlVersion: string = (
  requireFrom(join(packageFolder(), 'package.json')) as { version: string }
).version;

let loaded: Promise<Map<string, Asset>> | undefined;

/**
 * GraphiQL's script, style and workers as the installed package has them: nothing is fetched from elsewhere. They are
 * 9 MB, so they are read and compressed when a browser first asks and kept compressed.
 */
export function graphiqlAssets(): Promise<Map<string, Asset>> {
  loaded ??= load();
  return loaded;
}

interface GraphiQLParts {
  js: string;
  css: string;
  editorWorkerService: string;
  jsonWorker: string;
  graphqlWorker: string;
}

async function load(): Promise<Map<string, Asset>> {
  // The package's own entry inlines everything into one page; its parts let us keep a strict content policy.
  const address = pathToFileURL(join(packageFolder(), 'esm/graphiql.js')).href;
  const parts = (await import(/* @vite-ignore */ address)) as GraphiQLParts;
  const script = 'text/javascript; charset=utf-8';
  const files: [string, string, string][] = [
    ['graphiql.js', script, parts.js],
    ['graphiql.css', 'text/css; charset=utf-8', parts.css],
    ['editor.worker.js', script, parts.editorWorkerService],
    ['json.worker.js', script, parts.jsonWorker],
    ['graphql.worker.js', script, parts.graphqlWorker],
  ];
  const compress = promisify(gzip);
  return new Map(
    await Promise.all(
      files.map(
        async ([name, contentType, text]) => [name, { contentType, gzipped: await compress(text) }] as const,
      ),
    ),
  );
}

function packageFolder(): string {
  return join(dirname(requireFrom.resolve(packageName)), '..');
}
