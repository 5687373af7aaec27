import { defineLoader } from '../loader.js';
import { accountNode, type AccountType } from './account.type.js';

/** Accounts by row id. */
export const accountById = defineLoader(
  async (context, ids: readonly string[]) => (await accountNode.load(context, ids)) as (AccountType | null)[],
);
