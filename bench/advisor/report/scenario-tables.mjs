import { chooseScenario } from '../../../dist/advisor/recommend/choose-scenario.js';
import { highlighted, mean, percent, signed } from '../../study/cells.mjs';
import { table } from '../judge/numbers.mjs';
import { thresholds } from '../knowledge/constants.mjs';
import { measuredOf } from './gain-points.mjs';
import { completeGroups, ways } from './ways.mjs';

/** The rule of thumb. */
const scenarios = [
  { name: 'SMALL_SIMILAR', title: 'few, similar', rule: 'late' },
  { name: 'LARGE_SIMILAR', title: 'many, similar', rule: 'full' },
  { name: 'SMALL_DIFFERENT', title: 'few, different', rule: 'early' },
  { name: 'LARGE_DIFFERENT', title: 'many, different', rule: 'full' },
];

const early = { name: 'early', title: 'earlier features + SVM' };
const [late, ...others] = ways;
const compared = [late, early, ...others];

/** A test of a few hundred pictures does not tell less apart. */
const asGood = 0.01;

/** What every way gives in each scenario, and whether the way of the rule is the best. */
export function scenarioTables(groups, measured) {
  const cases = completeGroups(groups).flatMap((group) => {
    const known = measuredOf(measured, group.dataset, group.model, group.seed);
    return known === undefined ? [] : [{ ...group, scenario: scenarioOf(known) }];
  });
  if (cases.length === 0) return [];
  const found = scenarios
    .map((scenario) => ({ ...scenario, of: cases.filter(({ scenario: name }) => name === scenario.name) }))
    .filter(({ of }) => of.length > 0);
  return [accuracies(found), rules(found)];
}

/** How often each scenario was found. */
export function countScenarios(measurements) {
  const found = measurements.map(scenarioOf);
  return scenarios
    .map(({ name, title }) => ({ title, count: found.filter((one) => one === name).length }))
    .filter(({ count }) => count > 0)
    .map(({ title, count }) => `${title} ${count} ×`)
    .join('; ');
}

const scenarioOf = ({ model, size }) => chooseScenario(size, model, thresholds);

function accuracies(found) {
  const rows = found.map(({ title, rule, of }) => {
    const cells = compared.map(({ name }) => {
      const accuracy = mean(of.map((one) => one[name].accuracy));
      return { accuracy, text: percent(accuracy) };
    });
    const marked = highlighted(cells).map((text, index) =>
      compared[index].name === rule ? `${text} ← rule` : text,
    );
    return [title, ...marked, countBy(of, 'domain')];
  });
  const head = ['', ...compared.map(({ title }) => title), 'cases'];
  return ['### The four scenarios, as measured', '', table(head, rows)].join('\n');
}

function rules(found) {
  const rows = found.map(({ title, rule, of }) => {
    const gaps = of.map(
      (one) => Math.max(...compared.map(({ name }) => one[name].accuracy)) - one[rule].accuracy,
    );
    return [
      title,
      compared.find(({ name }) => name === rule).title,
      `${gaps.filter((gap) => gap <= asGood).length} of ${of.length}`,
      `${(100 * mean(gaps)).toFixed(1)} points`,
      verdicts(of, 'partial'),
      verdicts(of, 'full'),
    ];
  });
  const head = [
    '',
    'way of the rule',
    'within one point of the best way',
    'below the best way, mean',
    'last layers trained against the linear probe',
    'everything trained against the linear probe',
  ];
  return ['### Is the rule’s way the best?', '', table(head, rows)].join('\n');
}

/** What the paired test of each training said of it beside the linear probe. */
function verdicts(cases, way) {
  const baselines = cases.flatMap((one) => one[way].baseline ?? []);
  if (baselines.length === 0) return '–';
  const count = (verdict) => baselines.filter((baseline) => baseline.verdict === verdict).length;
  return (
    `${signed(mean(baselines.map(({ difference }) => difference)))} points: ` +
    `better ${count('BETTER')}, no difference ${count('INDISTINGUISHABLE')}, worse ${count('WORSE')}`
  );
}

/** How many of a list there are of each value, as words: `emoji 4, digits 2`. */
export function countBy(list, key) {
  const names = [...new Set(list.map((one) => one[key]))];
  return names.map((name) => `${name} ${list.filter((one) => one[key] === name).length}`).join(', ');
}
