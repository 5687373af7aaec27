import { describe, expect, it } from 'vitest';
import { buildTrainableNetwork } from '../../../../src/learning/training/build-trainable-network.js';
import { probeNchwc } from '../../../../src/learning/training/engines/onnx/probe-nchwc.js';
import { judgeGradients } from './judge-gradients.js';
import { mobileNetV2, photographBatch } from './real-network.js';

/** At which double precision takes seconds. */
const size = 96;
const rows = 4;
const model = await mobileNetV2(size);
const batch = await photographBatch(model, rows);
const forms = [...new Set([0, await probeNchwc()])];

describe('the whole MobileNetV2 on photographs', () => {
  it.each(['frozen', 'training'] as const)(
    'has exact gradients, batch normalisation %s',
    async (batchNormalization) => {
      const network = buildTrainableNetwork({
        model,
        cut: { layer: 'out_relu', pooling: 'average' },
        numClasses: 10,
        head: 'random',
        initialization: 'pretrained',
        batchNormalization,
        dropout: 0,
        layerDecay: 1,
        seed: 1,
      });
      for (const errors of await judgeGradients(network, rows, batch, forms)) {
        expect(errors.values).toBeLessThan(5e-6);
        expect(errors.global).toBeLessThan(5e-5);
        expect(errors.worst.error).toBeLessThan(2e-5);
        // Activations are normalised: a difference is one of rounding, and few of millions are that near to a corner.
        expect(errors.decisions.apart).toBeLessThan(5e-5);
        expect(errors.decisions.otherwise).toBeLessThan(1e-5 * errors.decisions.decided);
      }
    },
  );
});
