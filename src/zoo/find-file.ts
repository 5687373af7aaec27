import { ZooError } from '../errors.js';
import { visibleTo } from './access/visible-to.js';
import type { Principal } from './access/principal.js';
import type { Zoo } from './zoo.js';

/** Names a file the way its address does. */
export interface FileReference {
  kind: 'model' | 'dataset';
  owner: string;
  name: string;
  /** A version's number, an alias (models), or `latest`. */
  revision: string;
  path: string;
}

export interface FoundFile {
  visibility: 'PUBLIC' | 'PRIVATE';
  /** Whether the address will always mean these bytes: its revision is a number, not a name that can move. */
  immutable: boolean;
  content: { sha256: string; sizeBytes: number } | { text: string };
}

interface Row {
  visibility: 'PUBLIC' | 'PRIVATE';
  card: string;
  version_number: number | null;
  sha256: string | null;
  size_bytes: string | null;
}

/**
 * Finds a file of a version by its address. `README.md` is the card, which can be edited and so belongs to no version.
 *
 * @throws ZooError NOT_FOUND, the same whether it is not there or not visible to the principal.
 */
export async function findFile(zoo: Zoo, principal: Principal, file: FileReference): Promise<FoundFile> {
  const row = await findRow(zoo, principal, file);
  if (row === undefined) {
    throw new ZooError(
      'NOT_FOUND',
      `There is no ${words[file.kind]} ${file.owner}/${file.name}, or it is not visible to you. Check the name and the token.`,
    );
  }
  const numbered = isNumber(file.revision);
  if (
    file.path === 'README.md' &&
    row.card !== '' &&
    (row.version_number !== null || file.revision === 'latest')
  ) {
    return { visibility: row.visibility, immutable: false, content: { text: row.card } };
  }
  if (row.version_number === null) {
    throw new ZooError(
      'NOT_FOUND',
      `${file.owner}/${file.name} has no version "${file.revision}". Name a version's number, an alias or latest.`,
    );
  }
  if (row.sha256 === null) {
    throw new ZooError(
      'NOT_FOUND',
      `Version ${row.version_number} of ${file.owner}/${file.name} has no file "${file.path}". Its list of files has the paths.`,
    );
  }
  return {
    visibility: row.visibility,
    immutable: numbered,
    content: { sha256: row.sha256, sizeBytes: Number(row.size_bytes) },
  };
}

const words = { model: 'model', dataset: 'data set' };

async function findRow(
  { database }: Zoo,
  principal: Principal,
  { kind, owner, name, revision, path }: FileReference,
): Promise<Row | undefined> {
  const tables = tablesOf[kind];
  const number = isNumber(revision) ? Number(revision) : null;
  const alias =
    kind === 'model'
      ? `OR version.id = (SELECT a.version_id FROM aliases a WHERE a.model_id = thing.id AND a.name = $4)`
      : '';
  const rows: Row[] = await database.query(
    `SELECT thing.visibility, thing.card, version.number AS version_number, file.sha256, file.size_bytes
       FROM ${tables.things} thing
       JOIN accounts account ON account.id = thing.owner_id
       LEFT JOIN ${tables.versions} version ON version.${tables.thingId} = thing.id
        AND (version.number = $3 OR ($4 = 'latest' AND version.number = thing.latest_number) ${alias})
       LEFT JOIN ${tables.files} file ON file.version_id = version.id AND file.path = $5
      WHERE account.name = $1 AND thing.name = $2 AND ${visibleTo(principal, 'thing')}`,
    [owner, name, number, revision, path],
  );
  return rows[0];
}

const tablesOf = {
  model: { things: 'models', versions: 'model_versions', files: 'version_files', thingId: 'model_id' },
  dataset: {
    things: 'datasets',
    versions: 'dataset_versions',
    files: 'dataset_version_files',
    thingId: 'dataset_id',
  },
};

function isNumber(revision: string): boolean {
  return /^[1-9]\d{0,8}$/.test(revision);
}
