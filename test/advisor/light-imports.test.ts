import { expect, it } from 'vitest';
import { packagesOf } from '../support/packages-of.js';

it.each([
  'advisor/recommend/recommend.ts',
  'advisor/recommend/learned-knowledge.ts',
  'advisor/recommend/cost/built-in-cost.ts',
  'advisor/record/corrections.ts',
  'advisor/record/calibration.ts',
  'advisor/record/rank-agreement.ts',
  'advisor/measurements.ts',
  'advisor/advice.ts',
])('%s brings no engine and no native library into the server', (entry) => {
  const packages = [...packagesOf(entry)];
  expect(packages.filter((name) => !name.startsWith('node:') && name !== 'zod')).toEqual([]);
});
