import { describe, it } from 'vitest';
import { conformanceChecks } from '../../../src/plugins/conformance/index.js';
import featureExtraction from '../../../src/plugins/feature-extraction-svm/index.js';
import fullRetraining from '../../../src/plugins/full-retraining/index.js';
import partialFineTuning from '../../../src/plugins/partial-fine-tuning/index.js';

describe('feature-extraction-svm', () => {
  for (const { name, run } of conformanceChecks(featureExtraction)) it(name, run);
});

describe('partial-fine-tuning', () => {
  const parameters = { epochs: 4, views: 2 };
  for (const { name, run } of conformanceChecks(partialFineTuning, { parameters })) it(name, run);
});

describe('full-retraining', () => {
  const parameters = { epochs: 4 };
  for (const { name, run } of conformanceChecks(fullRetraining, { parameters })) it(name, run);
});
