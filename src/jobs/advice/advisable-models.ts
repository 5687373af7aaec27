import type { EntityManager } from 'typeorm';
import { ZooError } from '../../errors.js';
import { modelProblems } from '../../plugins/check/check-task.js';
import type { Principal } from '../../zoo/access/principal.js';
import { visibleTo } from '../../zoo/access/visible-to.js';
import { executeSql } from '../queue/execute-sql.js';
import type { AdviceParameters } from './advice-parameters.js';

/** Models that one advice measures at most: with more, each would see too few pictures to be told from the others. */
export const mostModels = 32;

/** Models that are looked at when none is named; of more, only their number is said. */
const mostConsidered = 200;

/**
 * The model versions that an advice measures: those named, or the newest of every model that the principal can see and that
 * can be adapted to pictures.
 *
 * They come in the order of the static baseline, which is what anybody would try without measuring: the more accurate on
 * what it was trained for, then the smaller, then the newer.
 *
 * @throws ZooError NOT_FOUND for a named version, ADVICE_NO_MODELS
 */
export async function advisableModels(
  manager: EntityManager,
  principal: Principal,
  named: readonly string[] | undefined,
): Promise<Pick<AdviceParameters, 'models' | 'left' | 'notConsidered'>> {
  const found = await findModels(manager, principal, named);
  if (named !== undefined) requireAll(named, found);
  const left: AdviceParameters['left'] = [];
  const models: string[] = [];
  for (const { versionId, channels, cuts } of found) {
    const reason = unusable(channels, cuts);
    if (reason !== undefined) left.push({ versionId, reason });
    else if (models.length < mostModels) models.push(versionId);
    else
      left.push({
        versionId,
        reason: `An advice compares ${mostModels} models at most; name this one to have it compared.`,
      });
  }
  if (models.length === 0) throw noModels(left);
  return { models, left, notConsidered: (found[0]?.total ?? 0) - found.length };
}

interface FoundModel {
  versionId: string;
  channels: number;
  cuts: number;
  /** Of all that were found, those beyond the limit counted. */
  total: number;
}

async function findModels(
  manager: EntityManager,
  principal: Principal,
  named: readonly string[] | undefined,
): Promise<FoundModel[]> {
  const { rows } = await executeSql<FoundModel>(
    manager,
    `SELECT v.id AS "versionId", (v.manifest #>> '{input,channels}')::int AS channels,
            jsonb_array_length(v.manifest -> 'cutPoints') AS cuts, (count(*) OVER ())::int AS total
       FROM model_versions v JOIN models m ON m.id = v.model_id
       LEFT JOIN metrics x ON x.version_id = v.id AND x.name = 'accuracy'
      WHERE ${visibleTo(principal, 'm')}
        AND CASE WHEN $1::uuid[] IS NULL THEN m.task = 'image-classification' AND v.number = m.latest_number
                 ELSE v.id = ANY($1::uuid[]) END
      ORDER BY x.value DESC NULLS LAST, v.parameter_count, v.created_at DESC, v.id
      LIMIT $2`,
    [named ?? null, mostConsidered],
  );
  return rows;
}

function requireAll(named: readonly string[], found: readonly FoundModel[]): void {
  const there = new Set(found.map(({ versionId }) => versionId));
  const problems = named.flatMap((id, index) =>
    there.has(id)
      ? []
      : [
          {
            path: `baseVersionIds[${index}]`,
            message: 'must be the id of a model version that you can see',
            value: id,
          },
        ],
  );
  if (problems.length === 0) return;
  throw new ZooError(
    'NOT_FOUND',
    problems
      .map(({ path }) => `${path}: there is no such model version, or it is not visible to you.`)
      .join('\n'),
    { problems },
  );
}

function unusable(channels: number, cuts: number): string | undefined {
  const [problem] = modelProblems({ input: { channels } });
  if (problem !== undefined) return problem.message;
  return cuts === 0 ? 'Its network cannot be cut anywhere, so nothing of it can be kept.' : undefined;
}

function noModels(left: AdviceParameters['left']): ZooError {
  const [first] = left;
  return new ZooError(
    'ADVICE_NO_MODELS',
    first === undefined
      ? 'You can see no model for image classification in this zoo. Publish one, or take the starters with `zoo import-starters`, and ask again.'
      : `None of ${left.length === 1 ? 'the one model' : `the ${left.length} models`} there can be adapted to pictures. The first: ${first.reason}`,
  );
}
