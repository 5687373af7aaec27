import { describe, expect, it } from 'vitest';
import { probeNchwc } from '../../../../src/learning/training/engines/onnx/probe-nchwc.js';
import { kernelRules } from '../../../../src/learning/training/record/kernel-rules.js';
import { recordProgram } from '../../../../src/learning/training/record/record-program.js';
import { checkOperation } from './check-operation.js';
import { inOrder, kernels64 } from './interpret.js';
import { forwardProgram, gradientProgram } from './operation-case.js';
import { operationCases } from './operations/operation-cases.js';

/**
 * Sums of up to a thousand products, each rounded to 2⁻²⁴ = 6e-8 of itself: their errors add up like a random walk, and
 * the worst found is 6e-7. A term too many or too few is an error of 1e-2.
 */
const float32Tolerance = 1e-6;
/** What central differences leave in double precision, with room. */
const differenceTolerance = 1e-7;

describe.each(Object.entries(operationCases))(
  '%s: value and gradient agree with float64',
  (_family, cases) => {
    it.each(cases)('$name', async (operation) => {
      const errors = await checkOperation(operation);
      expect(errors.value).toBeLessThan(operation.tolerance ?? float32Tolerance);
      if (operation.withoutGradient === true) return;
      if (operation.hasCorners !== true) expect(errors.gradientFormula).toBeLessThan(differenceTolerance);
      expect(errors.gradient).toBeLessThan(operation.tolerance ?? float32Tolerance);
    });
  },
);

const blockSize = await probeNchwc();
/** Families with pictures in them. */
const pictures = Object.entries(operationCases).filter(([family]) => /convolution|pooling/.test(family));

describe.skipIf(blockSize === 0).each(pictures)('%s: in blocks of channels too', (_family, cases) => {
  it.each(cases)('$name', async (operation) => {
    const errors = await checkOperation(operation, blockSize);
    expect(errors.value).toBeLessThan(operation.tolerance ?? float32Tolerance);
    if (operation.withoutGradient === true) return;
    expect(errors.gradient).toBeLessThan(operation.tolerance ?? float32Tolerance);
  });
});

describe('the table of operations', () => {
  const used = new Set(
    Object.values(operationCases)
      .flat()
      .flatMap((operation) =>
        operation.withoutGradient === true
          ? [forwardProgram(operation)]
          : [forwardProgram(operation), gradientProgram(operation)],
      )
      .flatMap((program) => inOrder(Object.values(recordProgram(program).outputs)))
      .map(({ op }) => op),
  );
  /** tfjs has these, but no operation of it that we use calls them. */
  const unreached = [
    'FusedConv2D',
    'FusedDepthwiseConv2D',
    '_FusedMatMul',
    'LogSoftmax',
    'LogicalXor',
    'BroadcastTo',
  ];

  it('has a row for every kernel that can be recorded', () => {
    const missing = Object.keys(kernelRules).filter(
      (kernel) => !used.has(kernel) && !unreached.includes(kernel),
    );
    expect(missing).toEqual([]);
  });

  it('is of kernels that are all known in double precision', () => {
    expect(Object.keys(kernelRules).filter((kernel) => kernels64[kernel] === undefined)).toEqual([]);
  });
});
