import { convolutionRules } from './convolution-rules.js';
import { elementwiseRules } from './elementwise-rules.js';
import type { KernelRules } from './kernel-rule.js';
import { matrixRules } from './matrix-rules.js';
import { poolingRules } from './pooling-rules.js';
import { reductionRules } from './reduction-rules.js';
import { shapeRules } from './shape-rules.js';

/** Every kernel that can be recorded, by tfjs' name. To allow another, add its rule to the file of its family. */
export const kernelRules: KernelRules = {
  ...elementwiseRules,
  ...reductionRules,
  ...shapeRules,
  ...convolutionRules,
  ...poolingRules,
  ...matrixRules,
};
