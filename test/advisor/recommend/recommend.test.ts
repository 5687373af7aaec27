import { describe, expect, it } from 'vitest';
import { recommendation } from '../../../src/advisor/advice.js';
import { duration } from '../../../src/advisor/recommend/in-words.js';
import { recommend } from '../../../src/advisor/recommend/recommend.js';
import type { RecommendInput } from '../../../src/advisor/recommend/recommend-input.js';
import { makeManifest } from '../../plugins/manifests.js';
import { builtIns, makeCut, makeInput, makeKnowledge, makeMeasurements, makeModel } from './support.js';

const labels = (input: RecommendInput) =>
  recommend(input).candidates.map(({ strategy, parameters, versionId }) =>
    [versionId, strategy, ...Object.values(parameters)].join(' '),
  );

describe('what is recommended', () => {
  it('is every strategy on every measured model, the linear classifier at its best cut', () => {
    const models = [makeModel(), makeModel({ versionId: 'second' })];
    expect(labels(makeInput({ measurements: makeMeasurements(models) })).sort()).toEqual(
      ['first', 'second'].flatMap((id) => [
        `${id} feature-extraction-svm block2_out softmax`,
        `${id} feature-extraction-svm block2_out svm`,
        `${id} full-retraining`,
        `${id} partial-fine-tuning`,
      ]),
    );
  });

  it('is what the schema of a kept recommendation takes', () => {
    const answer = recommend(makeInput());
    expect(recommendation.parse(answer)).toEqual(answer);
    expect(answer.candidates.map(({ rank }) => rank)).toEqual([1, 2, 3, 4]);
  });

  it('stays with the linear classifier where training is expected to bring less than half a point', () => {
    const { staysLinear, summary, candidates } = recommend(
      makeInput({ knowledge: makeKnowledge({ 'partial-fine-tuning': 0.02, 'full-retraining': -0.2 }) }),
    );
    expect(staysLinear).toBe(true);
    expect(candidates[0]?.strategy).toBe('feature-extraction-svm');
    expect(summary).toMatch(
      /^Stay with the linear classifier: feature-extraction-svm on zoo\/first@1, cut after block2_out, 70\.0 %/,
    );
  });

  it('trains where that is expected to bring more, and says what the linear classifier costs and lacks', () => {
    const { staysLinear, summary } = recommend(
      makeInput({ knowledge: makeKnowledge({ 'partial-fine-tuning': 1 }) }),
    );
    expect(staysLinear).toBe(false);
    expect(summary).toMatch(/^Use partial-fine-tuning on zoo\/first@1, 86\.4 % of test pictures/);
    expect(summary).toMatch(/linear classifier is expected 16\.4 points below it, in about \d+ s\./);
  });

  it('says when the lead of a training lies within noise, and warns at its line', () => {
    const { summary, candidates } = recommend(
      makeInput({ knowledge: makeKnowledge({ 'partial-fine-tuning': 0.2 }) }),
    );
    expect(summary).toContain('within the noise');
    expect(candidates[0]?.warnings).toContainEqual(
      'It may bring nothing: 70.0 % are expected of the linear classifier on this model.',
    );
  });

  it('is corrected by the track record, and keeps what it would have said without', () => {
    const family = 'partial-fine-tuning';
    const corrections = { [family]: { outcomes: 20, shift: -1, scale: 2 } };
    const plain = recommend(makeInput()).candidates.find(({ strategy }) => strategy === family);
    const corrected = recommend(makeInput({ corrections })).candidates.find(
      ({ strategy }) => strategy === family,
    );
    expect(plain?.uncorrected).toEqual(plain?.accuracy);
    expect(corrected?.uncorrected).toEqual(plain?.accuracy);
    expect(corrected?.accuracy?.value).toBeLessThan((plain?.accuracy?.value ?? 0) - 0.1);
    expect(corrected?.rank).toBeGreaterThan(plain?.rank ?? 0);
  });

  it('promises no seconds where no speed was measured', () => {
    const models = [makeModel({ picturesPerSecond: null })];
    const { candidates } = recommend(makeInput({ measurements: makeMeasurements(models) }));
    expect(candidates.map(({ seconds }) => seconds)).toEqual([null, null, null, null]);
  });
});

describe('the reasons', () => {
  const model = makeModel({
    pictures: 512,
    reason: 'The time did not hold more.',
    cuts: [
      makeCut({ layer: 'block1_add', accuracy: 0.812, pictures: 512 }),
      makeCut({ accuracy: 0.7, pictures: 512 }),
    ],
    similarity: {
      peakLayer: 'block1_add',
      peakDepth: 0.2,
      lateGap: 0.112,
      batchNormShifts: [],
      batchNormShift: null,
      frechet: null,
    },
  });
  const { candidates } = recommend(
    makeInput({ measurements: makeMeasurements([model]), machine: { threads: 2, memoryBytes: 2 ** 28 } }),
  );
  const of = (name: string) => candidates.find(({ strategy }) => strategy === name);

  it('of a linear classifier quote probe, error and what the last layer lacks', () => {
    const { reason } = of('feature-extraction-svm') ?? {};
    expect(reason).toContain(
      'block1_add gets 81.2 % of held-out training pictures right (standard error 1.7 points)',
    );
    expect(reason).toContain('11.2 points more than on the last layer');
  });

  it('of a training quote what the study saw, how often it shows the pictures, and the time', () => {
    const { accuracy, reason, seconds } = of('partial-fine-tuning') ?? {};
    expect(reason).toContain(
      `${(100 * (accuracy?.value ?? 0)).toFixed(1)} % beside the linear probe’s 81.2 %`,
    );
    expect(reason).toContain('in 12 runs on 4 data sets it brought 5.0 points on average');
    // As `chooseDefaults` has it: 30,000 pictures, in 30 epochs at most.
    expect(reason).toContain(
      `shows 1,000 training pictures 30 times: about ${duration(seconds?.value ?? 0)} here`,
    );
  });

  it('are two sentences', () => {
    for (const { reason } of candidates) expect(reason.match(/\.(?= |$)/g)).toHaveLength(2);
  });

  it('come with warnings of what was not measured and will not fit', () => {
    expect(of('full-retraining')?.warnings).toEqual(
      expect.arrayContaining([
        'Measured on 512 of 1,000 training pictures. The time did not hold more.',
        expect.stringMatching(/^It needs about \d+ MiB of memory, and jobs here may take 256 MiB\.$/),
      ]),
    );
  });
});

describe('strategies of packages', () => {
  const proxy = { name: 'prototypes', version: '1.2.0', estimates: true };
  const said = (accuracy: { value: number; standardError: number } | null, seconds: number | null = 5) => ({
    versionId: 'first',
    strategy: 'prototypes',
    estimate: { accuracy, seconds, peakMemoryBytes: 1e8, storedBytes: 1000, reason: 'Leave-one-out.' },
    problem: null,
  });
  const ask = (changes: Partial<RecommendInput>) =>
    recommend(makeInput({ strategies: [...builtIns, proxy], ...changes })).candidates.find(
      ({ strategy }) => strategy === 'prototypes',
    );

  it('are ranked by their own estimate, with the noise of the test pictures added to theirs', () => {
    const found = ask({ estimates: [said({ value: 0.99, standardError: 0.001 })] });
    expect(found).toMatchObject({ rank: 1, strategyVersion: '1.2.0', parameters: {}, storedBytes: 1000 });
    expect(found?.accuracy?.value).toBeCloseTo(0.99, 10);
    // ± 1.28 · √(0.99 · 0.01 / 200) for 200 test pictures alone.
    expect((found?.accuracy?.value ?? 0) - (found?.accuracy?.low ?? 0)).toBeGreaterThan(0.009);
    expect(found?.seconds?.value).toBeGreaterThan(5);
    expect(found?.reason).toContain('Leave-one-out.');
  });

  it.each([
    {
      what: 'none was declared',
      strategy: { ...proxy, estimates: false },
      reason: /^Not estimated: prototypes does not declare/,
    },
    { what: 'none came', strategy: proxy, reason: /^Not estimated: it was not asked about this model/ },
  ])('are listed last, not estimated, where $what', ({ strategy, reason }) => {
    const { candidates } = recommend(makeInput({ strategies: [strategy, ...builtIns] }));
    expect(candidates.at(-1)).toMatchObject({
      strategy: 'prototypes',
      accuracy: null,
      reason: expect.stringMatching(reason) as string,
    });
    expect(candidates).toHaveLength(5);
  });

  it('say why their estimate failed', () => {
    const failed = {
      versionId: 'first',
      strategy: 'prototypes',
      estimate: null,
      problem: 'It threw: no features.',
    };
    expect(ask({ estimates: [failed] })?.reason).toBe('Not estimated: It threw: no features.');
  });

  it.each([
    { value: Number.NaN, standardError: 0.1 },
    { value: 1.2, standardError: 0.1 },
    { value: -0.1, standardError: 0.1 },
    { value: 0.5, standardError: Number.POSITIVE_INFINITY },
    { value: 0.5, standardError: -1 },
  ])('promise nothing where the estimate is $value ± $standardError', (accuracy) => {
    const found = ask({ estimates: [said(accuracy, Number.NaN)] });
    expect(found).toMatchObject({ accuracy: null, seconds: null });
    expect(found?.warnings.at(-1)).toContain('is no share of pictures');
  });

  it('that are quicker and nearly as good come first, and the summary says on which side the linear classifier is', () => {
    const estimates = [said({ value: 0.697, standardError: 0.01 }, 0)];
    const measurements = makeMeasurements([makeModel({ picturesPerSecond: 1e6 })]);
    const { summary, staysLinear } = recommend(
      makeInput({ measurements, estimates, strategies: [...builtIns, proxy], knowledge: makeKnowledge({}) }),
    );
    expect(staysLinear).toBe(false);
    expect(summary).toMatch(/^Use prototypes.*linear classifier is expected 0\.3 points above it/);
  });

  it('alone leave the expectation of the probe to be told', () => {
    const { summary, candidates, staysLinear } = recommend(
      makeInput({ strategies: [{ ...proxy, estimates: false }] }),
    );
    expect(candidates).toHaveLength(1);
    expect(staysLinear).toBe(false);
    expect(summary).toContain('the best linear probe, on the output of block2_out, gets 70.0 %');
  });
});

describe('where there is little to go by', () => {
  it.each([
    {
      what: 'one class',
      input: makeInput({ measurements: makeMeasurements([], { classes: 1 }), models: [] }),
      summary: /fewer than two classes/,
    },
    {
      what: 'a zoo without models',
      input: makeInput({ measurements: makeMeasurements([]), models: [] }),
      summary: /no model to adapt.*zoo import-starters/,
    },
    {
      what: 'nothing measured',
      input: makeInput({
        measurements: makeMeasurements([
          makeModel({
            state: 'NOT_REACHED',
            reason: 'The budget of 5 s ended.',
            cuts: [],
            picturesPerSecond: null,
          }),
          makeModel({ versionId: 'second', state: 'UNUSABLE', reason: 'It takes 4 channels.', cuts: [] }),
        ]),
      }),
      summary: /None of 2 models could be measured.*Of the first: The budget of 5 s ended\./,
    },
    {
      what: 'one picture a class, no probe',
      input: makeInput({
        measurements: makeMeasurements([
          makeModel({
            cuts: [
              {
                ...makeCut({ accuracy: 0 }),
                scores: { nearestNeighbours: null, hScore: null, logMe: null, probe: null },
              },
            ],
          }),
        ]),
      }),
      summary: /None of 1 model could be measured.*two training pictures each/,
    },
  ])('$what: says so and ranks nothing', ({ input, summary }) => {
    const answer = recommend(input);
    expect(answer).toMatchObject({ scenario: null, staysLinear: false, candidates: [] });
    expect(answer.summary).toMatch(summary);
    expect(recommendation.parse(answer)).toEqual(answer);
    expect(answer.notMeasured).toHaveLength(input.measurements.models.length);
  });

  it('no strategy at all: says what the probe found', () => {
    const answer = recommend(makeInput({ strategies: [] }));
    expect(answer.candidates).toEqual([]);
    expect(answer.summary).toMatch(/^No strategy can be launched here.*70\.0 %/);
  });

  it('labels at random: says that nothing is learned, with its evidence, and promises no gain', () => {
    const models = [makeModel({ cuts: [makeCut({ accuracy: 0.118, pictures: 500 })], pictures: 500 })];
    const measurements = makeMeasurements(models, { classes: 10, perClass: 50 });
    const { scenario, summary, candidates } = recommend(makeInput({ measurements }));
    expect(scenario).toBeNull();
    expect(summary).toContain('Nothing is learned from these pictures: the best linear probe gets 11.8 %');
    expect(summary).toContain('(standard error 1.4 points, 500 pictures)');
    expect(summary).toContain('naming the largest class every time gets 10.0 %');
    for (const { accuracy, warnings } of candidates) {
      expect(accuracy?.value).toBeLessThan(0.125);
      expect(warnings[0]).toMatch(/than chance/);
    }
    expect(candidates.find(({ strategy }) => strategy === 'partial-fine-tuning')?.reason).toContain(
      'not expected to bring anything',
    );
  });

  it('two pictures a class: ranks, and warns', () => {
    const models = [makeModel({ cuts: [makeCut({ accuracy: 0.8, pictures: 20 })], pictures: 20 })];
    const measurements = makeMeasurements(models, { classes: 10, perClass: 2 });
    const { scenario, candidates } = recommend(makeInput({ measurements }));
    expect(scenario).toBe('SMALL_SIMILAR');
    expect(candidates[0]?.warnings.join(' ')).toContain('The smallest class has 2 training pictures');
  });

  it('10,000 classes: costs and expectations are numbers', () => {
    const models = [makeModel({ cuts: [makeCut({ accuracy: 0.3, pictures: 20_000 })], pictures: 20_000 })];
    const measurements = makeMeasurements(models, { classes: 10_000, perClass: 2 });
    const answer = recommend(makeInput({ measurements }));
    expect(recommendation.parse(answer)).toEqual(answer);
    expect(answer.candidates.every(({ accuracy, seconds }) => accuracy !== null && seconds !== null)).toBe(
      true,
    );
  });

  it('a strategy that cannot run is listed with its reasons, not ranked', () => {
    const check = () => ['The data set has no validation pictures.'];
    const strategies = builtIns.map((one) =>
      one.name === 'feature-extraction-svm' ? one : { ...one, check },
    );
    const { candidates } = recommend(makeInput({ strategies }));
    expect(candidates.slice(2)).toMatchObject([
      { accuracy: null, reason: 'It cannot run here: The data set has no validation pictures.' },
      { accuracy: null, reason: 'It cannot run here: The data set has no validation pictures.' },
    ]);
  });

  it('a network without stages: part of it cannot be trained, and the rest is ranked', () => {
    const manifest = makeManifest({
      cutPoints: makeManifest().cutPoints.filter(({ layer }) => layer === 'block2_out'),
    });
    const models = [{ versionId: 'first', name: 'zoo/first@1', manifest }];
    const { candidates } = recommend(makeInput({ models }));
    expect(candidates.at(-1)).toMatchObject({ strategy: 'partial-fine-tuning', accuracy: null });
    expect(candidates).toHaveLength(4);
  });

  it('a model that is not there any more is told', () => {
    const measurements = makeMeasurements([makeModel(), makeModel({ versionId: 'second' })]);
    const models = makeInput({ measurements }).models.slice(0, 1);
    const answer = recommend(makeInput({ measurements, models }));
    expect(answer.notMeasured).toEqual([{ versionId: 'second', reason: 'It is not there any more.' }]);
    expect(new Set(answer.candidates.map(({ versionId }) => versionId))).toEqual(new Set(['first']));
  });
});

describe('a model that the halving dropped', () => {
  const learningCurve = {
    layer: 'block2_out',
    points: [250, 500, 1000].map((pictures, at) => ({
      pictures,
      accuracy: 0.6 + 0.05 * at,
      standardError: 0.02,
    })),
    gainPerDoubling: 0.05,
  };
  const leader = makeModel({ learningCurve });
  const dropped = makeModel({
    versionId: 'second',
    state: 'DROPPED',
    reason: 'On 250 pictures it did worse.',
    pictures: 250,
    cuts: [makeCut({ accuracy: 0.58, pictures: 250 })],
  });
  const measurements = makeMeasurements([leader, dropped]);
  const { candidates, notMeasured } = recommend(makeInput({ measurements, knowledge: makeKnowledge({}) }));
  const linear = (id: string) =>
    candidates.find(({ versionId, parameters }) => versionId === id && parameters['classifier'] === 'svm');

  it('is ranked by what it did, grown as the best one grew', () => {
    expect(notMeasured).toEqual([]);
    // From 0.60 to 0.70 on the leader's curve, and so from 0.58 to 0.68.
    expect(linear('second')?.accuracy?.value).toBeCloseTo(0.68, 1);
    expect(linear('second')?.accuracy?.value).toBeLessThan(linear('first')?.accuracy?.value ?? 0);
    expect(linear('second')?.warnings).toContain(
      'Measured on 250 of 1,000 training pictures. On 250 pictures it did worse.',
    );
  });

  it('has the wider interval, and features to compute that the advice did not', () => {
    const width = (id: string) => (linear(id)?.accuracy?.high ?? 0) - (linear(id)?.accuracy?.low ?? 0);
    expect(width('second')).toBeGreaterThan(1.15 * width('first'));
    expect(linear('second')?.seconds?.value).toBeGreaterThan((linear('first')?.seconds?.value ?? 0) + 7);
  });
});
