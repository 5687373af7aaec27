import { expect, it } from 'vitest';
import { chooseScenario } from '../../../src/advisor/recommend/choose-scenario.js';
import type { Scenario } from '../../../src/advisor/advice.js';

const thresholds = { picturesPerClass: 50, gainPerDoubling: 0.03, lateGap: 0.1, batchNormShift: 1 };

function scenarioOf(
  median: number,
  gainPerDoubling: number | null,
  lateGap: number | null,
  batchNormShift: number | null = null,
  changes = {},
): Scenario {
  const points = [
    { pictures: 10, accuracy: 0.5, standardError: 0.1 },
    { pictures: 20, accuracy: 0.5, standardError: 0.1 },
  ];
  return chooseScenario(
    { perClass: { smallest: median, median, largest: median } },
    {
      learningCurve: gainPerDoubling === null ? null : { layer: 'a', points, gainPerDoubling },
      similarity:
        lateGap === null
          ? null
          : { peakLayer: 'a', peakDepth: 0.5, lateGap, batchNormShifts: [], batchNormShift, frechet: null },
    },
    { ...thresholds, ...changes },
  );
}

it.each<{ what: string; found: Scenario; scenario: Scenario }>([
  { what: 'few pictures, late features best', found: scenarioOf(20, null, 0), scenario: 'SMALL_SIMILAR' },
  { what: 'many pictures, late features best', found: scenarioOf(300, null, 0), scenario: 'LARGE_SIMILAR' },
  { what: 'few pictures, late features lost', found: scenarioOf(20, null, 0.2), scenario: 'SMALL_DIFFERENT' },
  {
    what: 'many pictures, late features lost',
    found: scenarioOf(300, null, 0.2),
    scenario: 'LARGE_DIFFERENT',
  },
  { what: 'a middling number, still gaining', found: scenarioOf(80, 0.09, 0), scenario: 'SMALL_SIMILAR' },
  { what: 'a middling number, gaining nothing', found: scenarioOf(30, 0, 0), scenario: 'LARGE_SIMILAR' },
  { what: 'very few, gaining nothing by chance', found: scenarioOf(5, -0.1, 0), scenario: 'SMALL_SIMILAR' },
  { what: 'very many, still gaining', found: scenarioOf(1000, 0.5, 0), scenario: 'LARGE_SIMILAR' },
  { what: 'statistics far off', found: scenarioOf(20, null, 0.05, 3), scenario: 'SMALL_DIFFERENT' },
  {
    what: 'statistics alike, late features lost',
    found: scenarioOf(20, null, 0.5, 0.9),
    scenario: 'SMALL_SIMILAR',
  },
  {
    what: 'statistics far off, which the study does not use',
    found: scenarioOf(20, null, 0.05, 3, { batchNormShift: null }),
    scenario: 'SMALL_SIMILAR',
  },
  { what: 'nothing measured but the size', found: scenarioOf(20, null, null), scenario: 'SMALL_SIMILAR' },
])('$what: $scenario', ({ found, scenario }) => {
  expect(found).toBe(scenario);
});
