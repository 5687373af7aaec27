import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exampleOperations } from '../../src/http/graphiql/example-operations.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { publishTinyModel } from '../support/tiny-model.js';

describe.each(['empty', 'full'])('on an %s zoo', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    if (kind === 'empty') return;
    const base = await publishTinyModel(server, { name: 'mobilenet', visibility: 'PUBLIC' });
    await publishTinyModel(server, {
      name: 'child',
      visibility: 'PUBLIC',
      parent: { versionId: base.versionId },
    });
  });
  afterAll(async () => {
    await server.close();
  });

  test.each(
    exampleOperations.map((operation) => [/(?:query|mutation) (\w+)/.exec(operation)?.[1], operation]),
  )('the example %s runs as it stands, with and without a token', async (_name, operation) => {
    for (const token of [null, server.adminToken]) {
      const { data, errors } = await server.graphql(operation ?? '', {}, token);
      expect(errors).toBeUndefined();
      expect(Object.keys(data ?? {})).toHaveLength(1);
    }
  });
});
