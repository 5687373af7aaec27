import { findParameters } from '../output/strategy-parameters.js';
import { listStrategies, requireStrategy, type ListedStrategy } from '../client/find-strategies.js';
import type { CommandContext } from '../command-context.js';
import { formatBytes } from '../output/format.js';
import { formatTable } from '../output/table.js';
import { parseStrategy } from '../reference.js';

/** `zoo strategies`: what can be launched; with a name, one strategy and all its parameters. @throws ZooError NOT_FOUND, USAGE */
export async function strategies(
  { connection, output }: CommandContext,
  reference: string | undefined,
): Promise<void> {
  if (reference !== undefined) {
    const strategy = await requireStrategy(connection, parseStrategy(reference));
    output.document({ ...strategy, parameters: findParameters(strategy.parametersSchema) });
    for (const line of describeStrategy(strategy)) output.line(line);
    return;
  }
  const list = await listStrategies(connection);
  output.document(
    list.map((strategy) => ({ ...strategy, parameters: findParameters(strategy.parametersSchema) })),
  );
  output.line(
    formatTable(
      [
        { heading: 'STRATEGY' },
        { heading: 'VERSION' },
        { heading: 'FROM' },
        { heading: 'WORKERS', align: 'right' },
        { heading: 'ESTIMATED' },
        { heading: 'SUMMARY', shrink: true },
      ],
      list.map((strategy) => [
        strategy.name,
        strategy.version,
        describeSource(strategy),
        String(strategy.workerCount),
        isEstimated(strategy) ? 'yes' : 'no',
        strategy.summary,
      ]),
      process.stdout.columns,
    ),
  );
  output.note('Parameters: zoo strategies NAME');
}

function describeStrategy(strategy: ListedStrategy): string[] {
  const { needs, versions } = strategy;
  const others = versions.filter(
    (known) => known.version !== strategy.version || known.package.digest !== strategy.package.digest,
  );
  const facts: [string, string][] = [
    ['from', `${describeSource(strategy)}, contract ${strategy.contract}`],
    ['digest', strategy.package.digest],
    [
      'workers',
      strategy.workerCount === 0
        ? 'none that is alive can run it: a job waits'
        : `${strategy.workerCount} can run it`,
    ],
    ['takes', `${needs.formats.join(', ')}; ${needs.tasks.join(', ')}`],
    ['GPU', { NONE: '', OPTIONAL: 'faster with one', REQUIRED: 'needs one' }[needs.gpu]],
    ['memory', needs.memoryBytes === null ? '' : `${formatBytes(needs.memoryBytes)} at least`],
    ['advice', describeAdvice(strategy)],
    [
      'versions',
      others
        .map(({ version, package: { digest } }) => `${version} (digest ${digest.slice(0, 12)})`)
        .join(', '),
    ],
  ];
  return [
    `${strategy.name} ${strategy.version}`,
    strategy.summary,
    ...facts.filter(([, text]) => text !== '').map(([label, text]) => `  ${label.padEnd(10)} ${text}`),
    ...describeParameters(strategy),
  ];
}

/** Those that most people set come first, group by group; then the advanced ones. */
function describeParameters({ parametersSchema }: ListedStrategy): string[] {
  const parameters = findParameters(parametersSchema);
  if (parameters.length === 0) return ['', 'It has no parameters.'];
  const sections = new Map<string, string[]>();
  for (const advanced of [false, true]) {
    for (const parameter of parameters.filter((candidate) => candidate.advanced === advanced)) {
      const heading = [parameter.group ?? 'Parameters', ...(advanced ? ['advanced'] : [])].join(', ');
      const lines = sections.get(heading) ?? [];
      sections.set(heading, lines);
      const { name, accepts, unit, isRequired } = parameter;
      const fallback = 'default' in parameter ? `; default ${JSON.stringify(parameter.default)}` : '';
      lines.push(
        `  ${name}: ${accepts}${unit === undefined ? '' : ` (${unit})`}${isRequired ? '; required' : fallback}`,
        `      ${parameter.description}`,
      );
    }
  }
  return [...sections].flatMap(([heading, lines]) => ['', heading, ...lines]);
}

/** Whether advice says what to expect of it. */
const isEstimated = ({ source, estimates }: ListedStrategy): boolean => source === 'BUILT_IN' || estimates;

function describeAdvice(strategy: ListedStrategy): string {
  if (!isEstimated(strategy)) return 'not estimated: it comes last';
  return strategy.estimates ? 'estimated by the strategy itself' : 'estimated by the advisor';
}

function describeSource({ source, package: { name, version } }: ListedStrategy): string {
  return source === 'BUILT_IN' ? 'Model Zoo' : `${name} ${version}`;
}
