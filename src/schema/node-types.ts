import { accountNode } from './accounts/account.type.js';
import { apiTokenNode } from './accounts/api-token.type.js';
import { datasetVersionNode } from './datasets/dataset-version.type.js';
import { datasetNode } from './datasets/dataset.type.js';
import { modelVersionNode } from './models/model-version.type.js';
import { modelNode } from './models/model.type.js';
import { jobNode } from './jobs/job.type.js';
import { adviceNode } from './advisor/advice.type.js';
import type { NodeType } from './node.js';
import { workerNode } from './strategies/strategy.type.js';

/** Every type that `node(id)` finds. */
export const nodeTypes: NodeType[] = [
  accountNode,
  apiTokenNode,
  modelNode,
  modelVersionNode,
  datasetNode,
  datasetVersionNode,
  jobNode,
  adviceNode,
  workerNode,
];
