import { ZooError } from '../../errors.js';
import type { Connection } from './connection.js';
import { failureSelection, mutate } from './graphql-request.js';

const createAccount = `mutation CreateOrganization($input: CreateAccountInput!) {
  createAccount(input: $input) { ${failureSelection} ... on CreateAccountPayload { account { name } } }
}`;

/** Makes an organization that owns things, unless it is there. @throws ZooError FORBIDDEN for anyone but an admin */
export async function ensureOrganization(connection: Connection, name: string): Promise<void> {
  await mutate(connection, createAccount, { name, kind: 'ORGANIZATION' }).catch((error: unknown) => {
    if (!(error instanceof ZooError && error.code === 'NAME_TAKEN')) throw error;
  });
}
