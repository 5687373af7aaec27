import { ZooError } from '../../errors.js';

/**
 * Holds a path of a manifest inside the model's folder.
 *
 * @throws ZooError MODEL_PATH_OUTSIDE for absolute paths, `..`, backslashes, drive letters and URLs.
 */
export function assertContained(path: string): void {
  const segments = path.split('/');
  const outside =
    /[\\\p{Cc}:]/u.test(path) ||
    segments.some((segment) => segment === '' || segment === '.' || segment === '..');
  if (!outside) return;
  throw new ZooError(
    'MODEL_PATH_OUTSIDE',
    `The manifest names the file ${JSON.stringify(path.slice(0, 200))}; accepted: a plain path inside the model's folder, ` +
      'such as group1-shard1of1.bin.',
    { path: path.slice(0, 200) },
  );
}
