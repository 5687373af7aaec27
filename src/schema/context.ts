import type { Logger } from 'pino';
import type { Principal } from '../zoo/access/principal.js';
import type { Zoo } from '../zoo/zoo.js';

/** What every resolver is given: the zoo, who asks, and this operation's loaders. Made afresh for each operation. */
export interface GraphQLContext {
  zoo: Zoo;
  principal: Principal;
  /** Stands in answers that hide a fault, and in the log lines that explain it. */
  requestId: string;
  log: Logger;
  /** False for subscriptions: their context outlives a single answer, so loaders may batch but not remember. */
  cacheLoads: boolean;
}

export function createContext(
  zoo: Zoo,
  principal: Principal,
  requestId: string,
  options: { cacheLoads: boolean } = { cacheLoads: true },
): GraphQLContext {
  return { zoo, principal, requestId, log: zoo.log.child({ requestId }), ...options };
}
