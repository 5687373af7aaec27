import { blockCases } from './block-cases.js';
import {
  convolutionCases,
  depthwiseCases,
  dilatedCases,
  transposedConvolutionCases,
} from './convolution-cases.js';
import { elementwiseCases } from './elementwise-cases.js';
import { matrixCases } from './matrix-cases.js';
import { poolingCases, resizingCases } from './pooling-cases.js';
import { reductionCases } from './reduction-cases.js';
import { shapeCases } from './shape-cases.js';
import type { OperationCase } from '../operation-case.js';

/** Every operation a training program is made of, over the geometries that matter. */
export const operationCases: Record<string, OperationCase[]> = {
  elementwise: elementwiseCases,
  reductions: reductionCases,
  shapes: shapeCases,
  'matrix products': matrixCases,
  convolutions: convolutionCases,
  'transposed convolutions': transposedConvolutionCases,
  'depthwise convolutions': depthwiseCases,
  'dilated convolutions': dilatedCases,
  'chains of convolutions': blockCases,
  pooling: poolingCases,
  resizing: resizingCases,
};
