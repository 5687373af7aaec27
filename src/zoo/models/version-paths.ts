import type { Problem } from '../../errors.js';

/** Kinds of files a version may hold beside model.json and its weights: what hubs keep with a model, and nothing that runs. */
const kinds: Record<string, 'text' | 'image' | 'weights'> = {
  md: 'text',
  txt: 'text',
  json: 'text',
  csv: 'text',
  tsv: 'text',
  yaml: 'text',
  yml: 'text',
  png: 'image',
  jpg: 'image',
  jpeg: 'image',
  gif: 'image',
  webp: 'image',
  bin: 'weights',
};

/** Files without an ending that hubs know. */
const knownNames = new Set(['LICENSE', 'NOTICE', 'AUTHORS', 'CITATION']);

const endings = Object.keys(kinds)
  .filter((kind) => kind !== 'bin')
  .map((kind) => `.${kind}`)
  .join(', ');

/** What a path's ending says the file is; undefined for kinds that are not accepted. */
export function fileKind(path: string): 'text' | 'image' | 'weights' | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (knownNames.has(name)) return 'text';
  const dot = name.lastIndexOf('.');
  return dot > 0 ? kinds[name.slice(dot + 1).toLowerCase()] : undefined;
}

/** Where a file of a version is to be had, relative to the server. */
export function addressOfFile(
  model: { ownerName: string; name: string },
  version: { number: number },
  path: string,
): string {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return `/models/${model.ownerName}/${model.name}/resolve/${version.number}/${encoded}`;
}

/**
 * Every reason why paths cannot be those of one version: they stay inside the folder they are pulled into, on every
 * system, and no two meet where capitals do not count.
 */
export function pathProblems(paths: readonly string[]): Problem[] {
  const seen = new Map<string, string>();
  return paths.flatMap((path, index) => {
    const problem = pathProblem(path) ?? collision(path, seen);
    return problem === undefined ? [] : [{ path: `files[${index}].path`, message: problem }];
  });
}

/**
 * Every reason why files are not of a kind that may lie beside a model. Weight files may be called anything: model.json
 * names them, and what is stored of them is written anew.
 */
export function kindProblems(paths: readonly string[], weightFiles: ReadonlySet<string>): Problem[] {
  return paths.flatMap((path, index) => {
    if (weightFiles.has(path) || fileKind(path) !== undefined) return [];
    const message = `${JSON.stringify(path)} is of a kind that is not accepted; accepted: model.json, the weight files it names, ${endings} and ${[...knownNames].join(', ')}`;
    return [{ path: `files[${index}].path`, message }];
  });
}

function pathProblem(path: string): string | undefined {
  if (path.length === 0 || path.length > 255) return 'must have 1 to 255 characters';
  const shown = JSON.stringify(path);
  if (path.normalize('NFC') !== path) return `${shown} must be in Unicode form NFC`;
  if (/[\\:*?"<>|\p{Cc}\p{Cf}\p{Surrogate}]/u.test(path)) {
    return `${shown} has characters that are no part of a plain path`;
  }
  const segments = path.split('/');
  if (segments.some((segment) => segment === '' || /^\.+$/.test(segment))) {
    return `${shown} must be a plain path inside the folder, without "..", "." or empty parts`;
  }
  if (segments.some((segment) => /^\.|[. ]$/.test(segment)))
    return `${shown} must not hold hidden or dot-ended names`;
  if (segments.some((segment) => /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(segment))) {
    return `${shown} has a name that Windows reserves`;
  }
  return undefined;
}

function collision(path: string, seen: Map<string, string>): string | undefined {
  const folded = path.toLowerCase();
  const other = seen.get(folded);
  seen.set(folded, path);
  return other === undefined
    ? undefined
    : `${JSON.stringify(path)} is the same path as ${JSON.stringify(other)}`;
}
