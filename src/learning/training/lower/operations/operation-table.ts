import type { OperationTable } from '../lowering-context.js';
import { averagePoolingOperations } from './average-pooling.js';
import { convolutionOperations } from './convolution.js';
import { depthwiseConvolutionOperations } from './depthwise-convolution.js';
import { indexingOperations } from './indexing.js';
import { matrixOperations } from './matrix.js';
import { maxPoolingOperations } from './max-pooling.js';
import { oneOperandOperations } from './one-operand.js';
import { rectifierOperations } from './rectifiers.js';
import { reduceOperations } from './reduce.js';
import { resizeOperations } from './resize.js';
import { severalOperandsOperations } from './several-operands.js';
import { shapeOperations } from './shape.js';

/** Every kernel that has a lowering. */
export const operationTable: OperationTable = {
  ...averagePoolingOperations,
  ...convolutionOperations,
  ...depthwiseConvolutionOperations,
  ...indexingOperations,
  ...matrixOperations,
  ...maxPoolingOperations,
  ...oneOperandOperations,
  ...rectifierOperations,
  ...reduceOperations,
  ...resizeOperations,
  ...severalOperandsOperations,
  ...shapeOperations,
};
