/**
 * The peer: the same statements by bare `pg` behind bare `node:http`, answering the same JSON. No access rules, no limits,
 * no GraphQL: what the page costs at the very least.
 */
import { createServer } from 'node:http';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const visible = `(m.deleted_at IS NULL AND (m.visibility = 'PUBLIC' OR FALSE))`;
const statements = {
  models: `SELECT m.id, m.owner_id AS "ownerId", o.name AS "ownerName", o.kind AS "ownerKind",
      o.created_at AS "ownerCreatedAt", m.name, m.task, m.license, m.tags, m.visibility,
      m.latest_number AS "latestNumber", m.created_at AS "createdAt", m.updated_at AS "updatedAt",
      (m.updated_at)::text AS cursor_0, (m.id)::text AS cursor_1
    FROM models m JOIN accounts o ON o.id = m.owner_id WHERE ${visible} ORDER BY m.updated_at DESC, m.id DESC LIMIT 21`,
  versions: `SELECT v.id, v.model_id AS "modelId", v.number, v.parameter_count::double precision AS "parameterCount",
      v.size_bytes::double precision AS "sizeBytes"
    FROM model_versions v JOIN models m ON m.id = v.model_id
    WHERE m.id = ANY($1::uuid[]) AND v.number = m.latest_number AND ${visible}`,
  metrics: `SELECT x.version_id AS "versionId", x.name, x.value FROM metrics x
    JOIN model_versions v ON v.id = x.version_id JOIN models m ON m.id = v.model_id
    WHERE x.version_id = ANY($1::uuid[]) AND ${visible} ORDER BY x.name`,
};

async function page() {
  const models = (await pool.query(statements.models)).rows;
  const shown = models.slice(0, 20);
  const { rows: versions } = await pool.query(statements.versions, [shown.map((model) => model.id)]);
  const { rows: metrics } = await pool.query(statements.metrics, [versions.map((version) => version.id)]);
  const versionOf = new Map(versions.map((version) => [version.modelId, version]));
  const metricsOf = new Map(versions.map((version) => [version.id, []]));
  for (const { versionId, name, value } of metrics) metricsOf.get(versionId)?.push({ name, value });
  const nodes = shown.map((model) => {
    const version = versionOf.get(model.id);
    return {
      id: Buffer.from(`Model:${model.id}`).toString('base64url'),
      owner: { name: model.ownerName },
      name: model.name,
      task: model.task,
      license: model.license,
      tags: model.tags,
      updatedAt: model.updatedAt,
      latestVersion: version && {
        number: version.number,
        parameterCount: version.parameterCount,
        sizeBytes: version.sizeBytes,
        metrics: metricsOf.get(version.id),
      },
    };
  });
  const last = shown.at(-1);
  const endCursor = Buffer.from(JSON.stringify(['updated', last.cursor_0, last.cursor_1])).toString(
    'base64url',
  );
  return { data: { models: { nodes, pageInfo: { hasNextPage: models.length > 20, endCursor } } } };
}

const server = createServer((request, response) => {
  request.resume().on('end', async () => {
    try {
      const body = JSON.stringify(await page());
      response.setHeader('content-type', 'application/json').end(body);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
});
server.listen(0, '127.0.0.1', () => process.send?.({ url: `http://127.0.0.1:${server.address().port}/` }));
// Time of the processor, which says more than the clock on a machine that others use too.
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }));
process.on('disconnect', () => process.exit());
