import type { ErrorCode } from '../../../src/error-codes.js';

/**
 * What becomes of each package in this folder. What a package does wrong is the description in its package.json; here is
 * where that is noticed, and what the operator or the user is told.
 */
export interface BadPlugin {
  /** Its folder; the package is called `corpus-…`. */
  name: string;
  ends: Ending;
  /** What to know beside it. */
  note?: string;
}

export type Ending =
  /** Refused while its metadata is read: it is listed with the code, and has no strategy. */
  | { at: 'inspecting'; code: ErrorCode }
  /** Read as any other. There was nothing to refuse, or nothing came of what it tried. */
  | { at: 'inspecting'; code: null }
  /** A launch with these parameters is refused, and nothing is queued. */
  | { at: 'validating' | 'checking'; code: ErrorCode; parameters: Record<string, unknown> }
  /** Its line of an advice is not estimated, and no other; its jobs run. */
  | { at: 'estimating'; code: ErrorCode }
  /** Its job fails, and no other. */
  | { at: 'running'; code: ErrorCode }
  /** Its job ends well: what it tried came to nothing. `chosen` is what it found. */
  | { at: 'running'; code: null; chosen?: Record<string, string | number> };

const refused = (name: string, code: ErrorCode, note?: string): BadPlugin => ({
  name,
  ends: { at: 'inspecting', code },
  note,
});

const fails = (name: string, code: ErrorCode, note?: string): BadPlugin => ({
  name,
  ends: { at: 'running', code },
  note,
});

const isNotEstimated = (name: string, code: ErrorCode, note?: string): BadPlugin => ({
  name,
  ends: { at: 'estimating', code },
  note,
});

const comesToNothing = (name: string, note: string, chosen?: Record<string, string | number>): BadPlugin => ({
  name,
  ends: { at: 'running', code: null, chosen },
  note,
});

const readAsAny = (name: string, note: string): BadPlugin => ({
  name,
  ends: { at: 'inspecting', code: null },
  note,
});

export const badPlugins: readonly BadPlugin[] = [
  // Reading it
  refused('throws-at-import', 'PLUGIN_IMPORT_FAILED'),
  refused('broken-syntax', 'PLUGIN_IMPORT_FAILED'),
  refused('writes-at-import', 'PLUGIN_IMPORT_FAILED', 'Reading a package may write nothing.'),
  refused('forks-at-import', 'PLUGIN_IMPORT_FAILED', 'Reading a package may start nothing.'),
  refused('hangs-at-import', 'PLUGIN_TIMED_OUT'),
  refused('waits-at-import', 'PLUGIN_TIMED_OUT'),
  refused('exponential-schema', 'PLUGIN_TIMED_OUT', 'On a quick machine it runs out of memory first.'),
  refused('settles-never', 'PLUGIN_TIMED_OUT'),
  refused('exits-at-import', 'PLUGIN_PROCESS_DIED'),
  refused('crashes-at-import', 'PLUGIN_PROCESS_DIED'),
  refused('eats-memory-at-import', 'PLUGIN_PROCESS_DIED'),
  refused('missing-export', 'PLUGIN_EXPORT_MISSING'),
  refused('exports-a-function', 'PLUGIN_EXPORT_MISSING'),
  refused('common-js', 'PLUGIN_COMMONJS'),
  refused('contract-too-new', 'PLUGIN_CONTRACT_UNSUPPORTED'),
  refused('contract-too-old', 'PLUGIN_CONTRACT_UNSUPPORTED'),
  refused('contract-missing', 'PLUGIN_CONTRACT_UNSUPPORTED'),
  refused('missing-dependency', 'PLUGIN_DEPENDENCY_MISSING'),
  refused('missing-peer-dependency', 'PLUGIN_DEPENDENCY_MISSING'),
  refused('name-of-a-built-in', 'PLUGIN_NAME_TAKEN'),
  refused('name-of-another', 'PLUGIN_NAME_TAKEN', 'The package that came first keeps the name.'),
  refused('malformed-metadata', 'PLUGIN_METADATA_INVALID'),
  refused('undescribed-parameter', 'PLUGIN_METADATA_INVALID'),
  refused('refused-default', 'PLUGIN_METADATA_INVALID'),
  refused('schema-without-json', 'PLUGIN_METADATA_INVALID'),
  refused('giant-schema', 'PLUGIN_METADATA_INVALID'),
  refused('changes-built-in-objects', 'PLUGIN_METADATA_INVALID', 'In the process that read it, which ends.'),
  refused('links-in-package', 'PLUGIN_PACKAGE_INVALID'),
  readAsAny('shouts-at-import', 'What it writes is read by nobody.'),
  readAsAny('two-versions-1', 'Jobs that name version 1 run it.'),
  readAsAny('two-versions-2', 'What a launch gets that names none.'),

  // Asking it
  {
    name: 'exponential-pattern',
    ends: {
      at: 'validating',
      code: 'PLUGIN_TIMED_OUT',
      parameters: { word: `${'a'.repeat(40)}!` },
    },
    note: 'The server answers others in the meantime.',
  },
  {
    name: 'merges-parameters',
    ends: {
      at: 'validating',
      code: 'STRATEGY_PARAMETERS_INVALID',
      parameters: JSON.parse('{"options": {"__proto__": {"polluted": 1}}}') as Record<string, unknown>,
    },
    note: 'A name that JavaScript keeps for itself reaches nobody.',
  },
  { name: 'check-throws', ends: { at: 'checking', code: 'PLUGIN_ANSWER_INVALID', parameters: {} } },
  { name: 'check-hangs', ends: { at: 'checking', code: 'PLUGIN_TIMED_OUT', parameters: {} } },
  {
    name: 'check-answers-nonsense',
    ends: { at: 'checking', code: 'PLUGIN_ANSWER_INVALID', parameters: {} },
  },
  { name: 'check-promises', ends: { at: 'checking', code: 'PLUGIN_ANSWER_INVALID', parameters: {} } },

  // Asking it for an estimate
  isNotEstimated('estimate-throws', 'JOB_FAILED', 'The reason has neither path nor password.'),
  isNotEstimated('estimate-never-returns', 'JOB_TIMED_OUT', 'It is killed when it does not stop by itself.'),
  isNotEstimated('estimate-not-a-number', 'ESTIMATE_INVALID'),

  // Running it
  fails('load-rejects', 'JOB_FAILED'),
  fails('load-without-fit', 'JOB_FAILED'),
  fails('never-returns', 'JOB_TIMED_OUT'),
  fails('ignores-abort', 'JOB_TIMED_OUT', 'It is killed when it does not stop by itself.'),
  fails('eats-memory', 'JOB_OUT_OF_MEMORY'),
  fails('eats-heap', 'JOB_OUT_OF_MEMORY'),
  fails('fills-the-disk', 'JOB_DISK_FULL'),
  fails('giant-checkpoint', 'JOB_CHECKPOINT_TOO_LARGE'),
  fails('floods-the-log', 'JOB_REPORTS_TOO_MANY', 'Far fewer are kept; this many are not even looked at.'),
  fails('floods-stderr', 'JOB_REPORTS_TOO_MANY', 'Its end is in the worker’s log.'),
  fails('exits', 'JOB_PROCESS_EXITED'),
  fails('crashes-natively', 'JOB_PROCESS_CRASHED'),
  fails('unhandled-rejection', 'JOB_FAILED'),
  fails('throws-nothing', 'JOB_FAILED'),
  fails('tells-secrets', 'JOB_FAILED', 'The message has neither path nor password.'),
  fails('leaves-a-child', 'JOB_ACCESS_DENIED', 'The permission model refuses processes.'),
  comesToNothing('leaves-a-thread', 'It ends with its process.'),
  comesToNothing('reads-the-environment', 'Nothing secret is in it.', { found: '' }),
  comesToNothing('looks-for-credentials', 'The permission model refuses to read them.', { found: '' }),
  fails('writes-outside', 'JOB_ACCESS_DENIED', 'The permission model refuses it.'),
  fails('changes-itself', 'JOB_ACCESS_DENIED', 'The permission model refuses it.'),
  comesToNothing('opens-the-network', 'Not stopped: whoever installs a package trusts it with the network.'),
  fails('not-a-number', 'STRATEGY_WEIGHTS_NOT_FINITE'),
  fails('wrong-shape', 'STRATEGY_SHAPE_MISMATCH'),
  fails('wrong-class-count', 'STRATEGY_SHAPE_MISMATCH'),
  fails('unknown-result', 'STRATEGY_RESULT_INVALID'),
  fails('returns-nothing', 'STRATEGY_RESULT_INVALID'),
  fails('changes-base-weights', 'STRATEGY_SHAPE_MISMATCH'),
  fails('changes-base-files', 'JOB_ACCESS_DENIED', 'The permission model refuses it.'),
  comesToNothing('writes-to-features', 'The evaluation has features of its own, in a process of its own.'),
  comesToNothing(
    'damages-the-cache',
    'What has not its digest is computed again. Files with a digest to match would be believed.',
  ),
  comesToNothing('guesses-labels', 'No test picture, and no word about one, is in its folder.', {
    found: 0,
    asked: 0,
  }),
  fails('climbing-file', 'MODEL_PATH_OUTSIDE'),
  comesToNothing('climbing-report', 'The report is left out, and the log says why.'),
  comesToNothing('giant-report', 'The report is left out, and the log says why.'),
  comesToNothing('no-picture', 'The report is left out, and the log says why.'),
  fails('links-out', 'JOB_ACCESS_DENIED', 'The permission model refuses links.'),
  fails('forges-its-end', 'JOB_RESULT_INVALID'),
  fails('says-nonsense', 'JOB_FAILED'),
  comesToNothing('changes-the-tools', 'The evaluation has a process of its own.'),
  comesToNothing('praises-itself', 'Metrics of a strategy are not the evaluation.'),
  fails(
    'schema-changes',
    'STRATEGY_PARAMETERS_INVALID',
    'The job’s parameters were checked by another schema.',
  ),
];
