import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Packages that a module of `src/` and all it imports bring into the process. What is imported when it is called is not counted. */
export function packagesOf(entry: string): Set<string> {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const visit = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const [statement, name = ''] of readFileSync(path, 'utf8').matchAll(
      /^(?:import|export)[^;]*?from '([^']+)';/gms,
    )) {
      if (/^(?:import|export) type /.test(statement)) continue;
      if (name.startsWith('.')) visit(resolve(dirname(path), name.replace(/\.js$/, '.ts')));
      else packages.add(name);
    }
  };
  visit(resolve('src', entry));
  return packages;
}
