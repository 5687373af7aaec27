import type { ErrorCodeTable } from './error-code-table.js';

/** Codes of the advisor: what it is asked, and what strategies tell it. */
export const advisorCodes = {
  ADVICE_DATA_INSUFFICIENT: {
    httpStatus: 422,
    meaning:
      'Models cannot be compared on this data set: it has one class, or no class with two training pictures.',
  },
  ADVICE_NO_MODELS: {
    httpStatus: 422,
    meaning:
      'There is no model to advise on: the zoo has none that you can see, or none of those named can be adapted.',
  },
  ADVICE_BUDGET_TOO_SMALL: {
    httpStatus: 422,
    meaning: 'The time given for an advice is too short to measure anything.',
  },
  ADVICE_STALE: {
    httpStatus: 409,
    meaning:
      'The line of the advice, or any line of it that a sweep could try, cannot be launched any more: its model, its data set or its strategy has gone since. Ask for a new advice.',
  },
  ESTIMATE_INVALID: {
    httpStatus: 500,
    meaning:
      'What a strategy returned as its estimate is not understood: a figure is no number, not finite or out of range. Its line of the advice is not estimated.',
  },
  SWEEP_INVALID: {
    httpStatus: 422,
    meaning:
      'A sweep cannot run as it was asked for: it has no candidates or too many, one of them cannot run, or there are no validation pictures to choose the best by; all problems are listed.',
  },
  SWEEP_NOTHING_FITTED: {
    httpStatus: 500,
    meaning: 'No candidate of a sweep could be fitted; the message says why of each. Nothing was published.',
  },
} as const satisfies ErrorCodeTable;
