import { accountNode } from './accounts/account.type.js';
import { apiTokenNode } from './accounts/api-token.type.js';
import { modelVersionNode } from './models/model-version.type.js';
import { modelNode } from './models/model.type.js';
import type { NodeType } from './node.js';

/** Every type that `node(id)` finds. */
export const nodeTypes: NodeType[] = [accountNode, apiTokenNode, modelNode, modelVersionNode];
