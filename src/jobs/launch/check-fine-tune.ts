import type { EntityManager } from 'typeorm';
import { ZooError, type Problem } from '../../errors.js';
import type { DatasetManifest } from '../../learning/dataset-manifest.js';
import type { ModelManifest } from '../../learning/model-manifest.js';
import type { Principal } from '../../zoo/access/principal.js';
import { visibleTo } from '../../zoo/access/visible-to.js';
import type { AnnouncedStrategy } from '../../zoo/job-types.js';
import { executeSql } from '../queue/execute-sql.js';
import type { CatalogueEntry, StrategyCatalogue } from '../strategies/strategy-catalogue.js';
import { validateByAnnouncement } from '../strategies/validate-by-announcement.js';

/** What of a base version decides whether a strategy suits it. */
export interface Base {
  manifest: ModelManifest;
  license: string | null;
}

/** What of a data-set version does. */
export interface Data {
  manifest: DatasetManifest;
}

/** @throws ZooError NOT_FOUND */
export async function visibleBase(manager: EntityManager, principal: Principal, id: string): Promise<Base> {
  const { rows } = await executeSql<Base>(
    manager,
    `SELECT v.manifest, m.license FROM model_versions v JOIN models m ON m.id = v.model_id
      WHERE v.id = $1 AND ${visibleTo(principal, 'm')}`,
    [id],
  );
  return rows[0] ?? missing('baseVersionId', 'model version');
}

/** @throws ZooError NOT_FOUND */
export async function visibleData(manager: EntityManager, principal: Principal, id: string): Promise<Data> {
  const { rows } = await executeSql<Data>(
    manager,
    `SELECT v.manifest FROM dataset_versions v JOIN datasets d ON d.id = v.dataset_id
      WHERE v.id = $1 AND ${visibleTo(principal, 'd')}`,
    [id],
  );
  return rows[0] ?? missing('datasetVersionId', 'data-set version');
}

function missing(path: string, noun: string): never {
  throw new ZooError('NOT_FOUND', `${path}: there is no such ${noun}, or it is not visible to you.`, {
    problems: [{ path, message: `must be the id of a ${noun} that you can see` }],
  });
}

/** @throws ZooError STRATEGY_UNKNOWN listing the names, or the versions, there are. */
export function findStrategy(
  catalogue: StrategyCatalogue,
  name: string,
  version: string | undefined,
): CatalogueEntry {
  const found = catalogue.find(name, version);
  if (found !== undefined) return found;
  const versions = catalogue.versionsOf(name).map(({ announcement }) => announcement.version);
  if (versions.length > 0) {
    throw new ZooError(
      'STRATEGY_UNKNOWN',
      `There is no ${name} ${JSON.stringify(version)}; there are: ${versions.join(', ')}.`,
      {
        versions,
        problems: [
          { path: 'strategyVersion', message: `must be one of ${versions.join(', ')}, or left out` },
        ],
      },
    );
  }
  const { names } = catalogue;
  throw new ZooError(
    'STRATEGY_UNKNOWN',
    `There is no strategy ${JSON.stringify(name)}; there are: ${names.join(', ')}.`,
    { strategies: names, problems: [{ path: 'strategy', message: `must be one of ${names.join(', ')}` }] },
  );
}

/**
 * The parameters with their defaults, once everything about them and about model and data fits. What only a strategy on a
 * worker can say, whether it suits this model and these pictures, it says when the job begins.
 */
export async function checkedParameters(
  { announcement, installed }: CatalogueEntry,
  raw: unknown,
  base: Base,
  data: Data,
): Promise<Record<string, unknown>> {
  const answer = await (installed?.validate(raw) ?? validateByAnnouncement(announcement, raw));
  if (answer.problems !== undefined) throw refusal('STRATEGY_PARAMETERS_INVALID', answer.problems);
  const { task, classes, splits } = data.manifest;
  const reasons = [
    ...unmetNeeds(announcement, base, data),
    ...((await installed?.check(base.manifest, { task, classes, splits }, answer.value)) ?? []),
  ];
  if (reasons.length > 0) throw refusal('STRATEGY_NOT_APPLICABLE', reasons);
  return answer.value;
}

function unmetNeeds({ name, needs }: AnnouncedStrategy, base: Base, data: Data): Problem[] {
  const problems: Problem[] = [];
  if (!needs.formats.includes(base.manifest.format)) {
    problems.push({
      path: 'baseVersionId',
      message: `The model's format is ${base.manifest.format}; ${name} works on ${needs.formats.join(', ')}.`,
    });
  }
  if (!needs.tasks.includes(data.manifest.task)) {
    problems.push({
      path: 'datasetVersionId',
      message: `The data set is for ${data.manifest.task}; ${name} is for ${needs.tasks.join(', ')}.`,
    });
  }
  return problems;
}

function refusal(
  code: 'STRATEGY_PARAMETERS_INVALID' | 'STRATEGY_NOT_APPLICABLE',
  problems: Problem[],
): ZooError {
  return new ZooError(code, problems.map(({ message }) => message).join('\n'), { problems });
}
