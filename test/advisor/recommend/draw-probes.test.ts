import { describe, expect, it } from 'vitest';
import type { ModelMeasurements } from '../../../src/advisor/measurements.js';
import { drawProbes } from '../../../src/advisor/recommend/draw-probes.js';
import { estimateLine } from '../../../src/advisor/recommend/estimate-line.js';
import { recommend } from '../../../src/advisor/recommend/recommend.js';
import { accuracyKnowledge, makeCut, makeInput, makeMeasurements, makeModel } from './support.js';

const known = (difference: number, datasets = 20) => ({ elsewhere: { difference, datasets } });

function measured(versionId: string, accuracy: number, pictures: number): ModelMeasurements {
  return makeModel({
    versionId,
    pictures,
    cuts: [makeCut({ accuracy, pictures, standardError: Math.sqrt((accuracy * (1 - accuracy)) / pictures) })],
  });
}

describe('probes that are drawn to what models are worth elsewhere', () => {
  it('change places where few pictures made the worse one look better', () => {
    const models = [
      { ...measured('better elsewhere', 0.5, 50), ...known(0.4) },
      { ...measured('worse elsewhere', 0.54, 50), ...known(-0.4) },
    ];
    const drawn = drawProbes(models, 50, 0.3);
    expect(drawn.get('better elsewhere')?.shift).toBeGreaterThan(0.1);
    expect(drawn.get('worse elsewhere')?.shift).toBeLessThan(-0.1);
    // What they have in common stays as it was measured.
    const sum = [...drawn.values()].reduce((total, { shift }) => total + shift, 0);
    expect(sum).toBeCloseTo(0, 2);
  });

  it('are the weighted mean of here and elsewhere', () => {
    const models = [
      { ...measured('first', 0.5, 100), ...known(0, 1e9) },
      { ...measured('second', 0.6, 100), ...known(0, 1e9) },
    ];
    const values = [0.5, 0.6].map((share) => (share * 100 + 0.5) / 101);
    const here = values.map((share) => Math.log(share / (1 - share)));
    const variances = values.map((share, at) => {
      const accuracy = [0.5, 0.6][at] ?? 0;
      return (accuracy * (1 - accuracy)) / 100 / (share * (1 - share)) ** 2;
    });
    const certainty = variances.map((variance) => 1 / (variance + 0.3 ** 2));
    const total = certainty.reduce((sum, one) => sum + one, 0);
    const level = here.reduce((sum, one, at) => sum + (certainty[at] ?? 0) * one, 0) / total;
    const drawn = drawProbes(models, 100, 0.3);
    for (const [at, id] of ['first', 'second'].entries()) {
      const variance = variances[at] ?? NaN;
      const part = variance / (variance + 0.3 ** 2);
      expect(drawn.get(id)?.shift).toBeCloseTo(part * (level - (here[at] ?? NaN)), 3);
      expect(drawn.get(id)?.deviation).toBeCloseTo(Math.sqrt(variance * (1 - part) + part ** 2 / total), 3);
    }
  });

  it('stay as they were measured where there are many pictures', () => {
    const models = [
      { ...measured('first', 0.5, 50_000), ...known(0.4) },
      { ...measured('second', 0.54, 50_000), ...known(-0.4) },
    ];
    const drawn = drawProbes(models, 50_000, 0.3);
    for (const { shift } of drawn.values()) expect(Math.abs(shift)).toBeLessThan(0.01);
  });

  it('are more certain than before, and the less certain the fewer data sets are known', () => {
    const deviation = (datasets: number) => {
      const models = ['first', 'second', 'third'].map((id) => ({
        ...measured(id, 0.5, 50),
        ...known(0, datasets),
      }));
      return drawProbes(models, 50, 0.3).get('first')?.deviation ?? NaN;
    };
    // Of 50 pictures half of which were right: 0.28 in log-odds.
    expect(deviation(100)).toBeLessThan(0.27);
    expect(deviation(100)).toBeLessThan(deviation(1));
    expect(deviation(100)).toBeGreaterThan(0.28 / Math.sqrt(3));
  });

  it('are those of a model of which nothing is known too: its luck is no better than that of others', () => {
    const models = [
      { ...measured('first', 0.5, 50), ...known(0) },
      { ...measured('second', 0.5, 50), ...known(0) },
      measured('unknown', 0.6, 50),
    ];
    const drawn = drawProbes(models, 50, 0.3);
    expect(drawn.get('unknown')?.shift).toBeLessThan(-0.05);
    expect(drawn.get('first')?.shift).toBeGreaterThan(0);
  });

  it('take the level of the data set from those that saw many pictures', () => {
    const models = [
      { ...measured('many', 0.5, 100_000), ...known(0) },
      { ...measured('few', 0.7, 50), ...known(0) },
    ];
    const drawn = drawProbes(models, 100_000, 0.1);
    expect(Math.abs(drawn.get('many')?.shift ?? NaN)).toBeLessThan(0.01);
    expect(drawn.get('few')?.shift).toBeLessThan(-0.5);
  });

  it('are none where nothing is known of any', () => {
    expect(drawProbes([measured('first', 0.5, 50), measured('second', 0.5, 50)], 50, 0.3).size).toBe(0);
    expect(drawProbes([{ ...measured('alone', 0.5, 50), ...known(1) }], 50, 0.3).size).toBe(0);
    expect(drawProbes([], 50, 0.3).size).toBe(0);
  });

  it('put another model first, and the advice says so', () => {
    const advise = (first: number, second: number) => {
      const models = [
        { ...measured('first', 0.5, 50), ...known(first) },
        { ...measured('second', 0.54, 50), ...known(second) },
      ];
      return recommend(makeInput({ measurements: makeMeasurements(models, { classes: 10, perClass: 5 }) }));
    };
    expect(advise(0, 0).candidates[0]?.versionId).toBe('second');
    const { candidates } = advise(0.4, -0.4);
    expect(candidates[0]?.versionId).toBe('first');
    expect(candidates[0]?.warnings.join(' ')).toMatch(
      /So few pictures \(50\) hardly tell networks apart, and 20 other data sets .* counts as \d+\.\d points more/,
    );
  });
});

describe('an advice on pictures that teach nothing', () => {
  it('draws no probe: what networks are worth elsewhere is nothing here', () => {
    const models = [
      { ...measured('first', 0.1, 50), ...known(1) },
      { ...measured('second', 0.1, 50), ...known(-1) },
    ];
    const { candidates } = recommend(
      makeInput({ measurements: makeMeasurements(models, { classes: 10, perClass: 5 }) }),
    );
    const values = candidates.flatMap(({ accuracy }) => accuracy?.value ?? []);
    expect(Math.max(...values)).toBeLessThan(0.15);
  });
});

describe('an estimate of one model', () => {
  it('is what the advice said that measured it beside others', () => {
    const models = [
      { ...measured('first', 0.5, 50), ...known(0.4) },
      { ...measured('second', 0.54, 50), ...known(-0.4), state: 'DROPPED' as const },
    ];
    const input = makeInput({ measurements: makeMeasurements(models, { classes: 10, perClass: 5 }) });
    for (const { versionId, strategy, parameters, accuracy } of recommend(input).candidates) {
      const alone = { ...input, models: input.models.filter((model) => model.versionId === versionId) };
      expect(estimateLine(alone, { versionId, strategy, parameters })?.accuracy).toEqual(accuracy);
    }
  });
});

describe('the reason of a training', () => {
  it('says where this network is expected to gain more or less than networks did on average', () => {
    const reasonWith = (ofNetwork: number) => {
      const input = makeInput({ measurements: makeMeasurements([measured('first', 0.7, 1000)]) });
      const known = { ...accuracyKnowledge({ networks: { digest: ofNetwork } }), meanGain: 0 };
      const { candidates } = recommend({
        ...input,
        models: input.models.map((model) => ({ ...model, weightsDigest: 'digest' })),
        knowledge: {
          ...input.knowledge,
          accuracy: { ...input.knowledge.accuracy, 'full-retraining': known },
        },
      });
      return candidates.find(({ strategy }) => strategy === 'full-retraining')?.reason;
    };
    expect(reasonWith(0.5)).toMatch(
      /on average, and more is expected of this network with these pictures\. It shows/,
    );
    expect(reasonWith(-0.5)).toContain('and less is expected of this network');
    expect(reasonWith(0)).toMatch(/on average\. It shows/);
  });
});

describe('an advice one of whose models was deleted meanwhile', () => {
  it('still has the scenario of those that are left', () => {
    const models = [measured('best', 0.9, 1000), measured('left', 0.7, 1000)];
    const input = makeInput({ measurements: makeMeasurements(models) });
    const left = {
      ...input,
      models: input.models.filter(({ versionId }) => versionId === 'left'),
      strategies: [],
    };
    expect(recommend(input).scenario).not.toBeNull();
    expect(recommend(left).scenario).not.toBeNull();
  });
});
