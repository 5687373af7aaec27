import { describe, expect, it } from 'vitest';
import { probeNchwc } from '../../../../src/learning/training/engines/onnx/probe-nchwc.js';
import { smallInception, smallResNet, smallVgg } from '../programs/architectures.js';
import { trainable } from '../programs/trainable.js';
import { drawBatch } from './draw-batch.js';
import { judgeFormula, judgeGradients } from './judge-gradients.js';

/** The plain form, and the one in blocks of channels where this machine has it. */
const forms = [...new Set([0, await probeNchwc()])];

describe.each([
  { style: 'ResNet', build: smallResNet, batchNormalization: 'frozen' },
  { style: 'ResNet', build: smallResNet, batchNormalization: 'training' },
  { style: 'VGG', build: smallVgg, batchNormalization: 'frozen' },
  { style: 'Inception', build: smallInception, batchNormalization: 'frozen' },
  { style: 'Inception', build: smallInception, batchNormalization: 'training' },
] as const)(
  'a network in the style of $style, batch normalisation $batchNormalization',
  ({ build, batchNormalization }) => {
    const rows = 3;
    const network = trainable(build(), { batchNormalization });

    it('states the gradients that central differences of its loss have', async () => {
      const error = judgeFormula(await network, rows, drawBatch(await network, rows));
      expect(error).toBeLessThan(2e-7);
    });

    it('computes them compiled as in double precision', async () => {
      const all = await judgeGradients(await network, rows, drawBatch(await network, rows), forms);
      for (const { global, values, decisions } of all) {
        expect(values).toBeLessThan(5e-6);
        expect(global).toBeLessThan(2e-5);
        expect(decisions.apart).toBeLessThan(1e-4);
      }
    });
  },
);
