import type { Principal } from '../access/principal.js';
import { visibleTo } from '../access/visible-to.js';
import { fetchPage, type Page, type PageRequest, type Queryable } from '../pagination/fetch-page.js';

/** How one version came from another. Both ends are visible to whoever reads it: an edge with a hidden end is not shown. */
export interface LineageRow {
  childVersionId: string;
  parentVersionId: string;
  relation: 'finetune' | 'adapter' | 'merge' | 'quantized';
  strategy: string | null;
  strategyVersion: string | null;
  /** The package it came from, and the build of it; null for steps from before packages. */
  strategyPackage: string | null;
  strategyPackageVersion: string | null;
  strategyDigest: string | null;
  parameters: Record<string, unknown> | null;
  datasetVersionId: string | null;
  jobId: string | null;
}

/** How far and how wide a walk goes at most. */
export const maxLineageDepth = 20;
export const maxLineageEdges = 500;

const columns = `e.child_version_id AS "childVersionId", e.parent_version_id AS "parentVersionId", e.relation,
  e.strategy, e.strategy_version AS "strategyVersion", e.strategy_package AS "strategyPackage",
  e.strategy_package_version AS "strategyPackageVersion", e.strategy_digest AS "strategyDigest", e.parameters,
  e.dataset_version_id AS "datasetVersionId", e.job_id AS "jobId"`;

/** An edge with the models of both of its ends. */
const tables = `lineage_edges e
  JOIN model_versions cv ON cv.id = e.child_version_id JOIN models cm ON cm.id = cv.model_id
  JOIN model_versions pv ON pv.id = e.parent_version_id JOIN models pm ON pm.id = pv.model_id`;

function bothEndsVisible(principal: Principal): string {
  return `${visibleTo(principal, 'cm')} AND ${visibleTo(principal, 'pm')}`;
}

/** The edges that lead to the parents of each version. */
export async function loadParentEdges(
  database: Queryable,
  principal: Principal,
  versionIds: readonly string[],
): Promise<LineageRow[]> {
  return (await database.query(
    `SELECT ${columns} FROM ${tables}
      WHERE e.child_version_id = ANY($1::uuid[]) AND ${bothEndsVisible(principal)}
      ORDER BY e.child_version_id, e.parent_version_id`,
    [versionIds],
  )) as LineageRow[];
}

/** The edges that lead to the children of a version, newest child first. */
export async function listChildEdges(
  database: Queryable,
  principal: Principal,
  versionId: string,
  request: PageRequest,
): Promise<Page<LineageRow>> {
  return fetchPage<LineageRow>(
    database,
    {
      select: columns,
      from: tables,
      where: ['e.parent_version_id = $1', bothEndsVisible(principal)],
      parameters: [versionId],
      ordering: {
        name: 'child-created',
        direction: 'DESC',
        keys: [
          { expression: 'cv.created_at', type: 'timestamptz' },
          { expression: 'cv.id', type: 'uuid' },
        ],
      },
    },
    request,
  );
}

/**
 * Every edge on the way to the ancestors, or to the descendants, of a version, nearest first. The walk does not pass
 * through versions the principal may not see: what lies behind them stays hidden too.
 *
 * @param depth generations to go, 1 to 20.
 */
export async function walkLineage(
  database: Queryable,
  principal: Principal,
  versionId: string,
  direction: 'ancestors' | 'descendants',
  depth: number,
): Promise<LineageRow[]> {
  const [from, to] =
    direction === 'ancestors'
      ? ['child_version_id', 'parent_version_id']
      : ['parent_version_id', 'child_version_id'];
  return (await database.query(
    `WITH RECURSIVE walk AS (
       SELECT e.${from} AS near, e.${to} AS far, 1 AS depth FROM ${tables}
        WHERE e.${from} = $1 AND ${bothEndsVisible(principal)}
       UNION
       SELECT e.${from}, e.${to}, walk.depth + 1 FROM walk, ${tables}
        WHERE e.${from} = walk.far AND walk.depth < $2 AND ${bothEndsVisible(principal)}
     ), nearest AS (SELECT near, far, min(depth) AS depth FROM walk GROUP BY near, far)
     SELECT ${columns} FROM nearest JOIN lineage_edges e ON e.${from} = nearest.near AND e.${to} = nearest.far
      ORDER BY nearest.depth, e.child_version_id, e.parent_version_id LIMIT ${maxLineageEdges}`,
    [versionId, Math.min(Math.max(depth, 1), maxLineageDepth)],
  )) as LineageRow[];
}
