import { groupBy } from '../../dist/jobs/advice/group-by.js';

/** Those with the same key together, in the order in which keys first come. */
export const groupsOf = (list, keyOf) => groupBy(list, keyOf).map(([, group]) => group);
