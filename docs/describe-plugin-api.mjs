/**
 * What strategies are written against, as Markdown: docs/plugin-api.md, the declarations alone, for reviews, and
 * docs/guides/strategy-reference.md, the same with their documentation.
 */
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { readPluginApi } from './read-plugin-api.mjs';

/** The two files, by path from the root. */
export async function describePluginApi() {
  const doors = readPluginApi();
  return {
    'docs/plugin-api.md': await pretty('docs/plugin-api.md', report(doors)),
    'docs/guides/strategy-reference.md': await pretty('docs/guides/strategy-reference.md', reference(doors)),
  };
}

async function pretty(path, text) {
  const config = await resolveConfig(fileURLToPath(new URL(`../${path}`, import.meta.url)));
  return inOrder(await format(text, { ...config, filepath: path }));
}

/** The compiler writes the values of an enum in the order in which it came across them, which is not always the same. */
const inOrder = (text) =>
  text.replace(/(ZodEnum<\{\n)((?: +\w+: '\w+';\n)+)/g, (_, opening, values) => {
    const lines = values.trimEnd().split('\n').sort();
    return `${opening}${lines.join('\n')}\n`;
  });

function report(doors) {
  return `# What strategies are written against

Every declaration that a package of a strategy can import. A change here is a change of the contract:
[the contract](guides/strategy-contract.md) says which version it makes. What each means stands in [the reference](guides/strategy-reference.md).

This file is written by \`npm run docs\` from the types, and a test holds the two together.

${doors.map(({ name, report: text }) => `## ${name}\n\n\`\`\`ts\n${plain(text)}\n\`\`\`\n`).join('\n')}`;
}

/** All of it is public; only what has no documentation is worth a word. */
const plain = (text) =>
  text.replace(/^\/\/ @public( \(undocumented\))?\n/gm, (_, bare) => (bare ? `// ${bare.trim()}\n` : ''));

/** What a reader wants first; the rest follows by name. */
const first = [
  'defineStrategy',
  'Strategy',
  'DataSummary',
  'FitContext',
  'FittedModel',
  'FittedHead',
  'LinearOnFeatures',
  'FineTuned',
  'WholeNetwork',
  'FeatureCut',
  'TrainerSetup',
  'Trainer',
  'TrainingRecipe',
  'TrainingOutcome',
];

const introductions = {
  'modelzoo/plugin': 'What a strategy is made of. Importing it loads no engine.',
  'modelzoo/plugin/testing': 'The checks that a strategy has to pass, for any test runner.',
  'modelzoo/learning':
    'The algorithms that the built-in strategies are made of. Importing it loads no engine; what computes loads one when it is called.',
};

function reference(doors) {
  const sections = doors.map(({ name, members }) => {
    const place = (member) => first.indexOf(member.displayName) + 1 || first.length + 1;
    const ordered = [...members].sort(
      (a, b) => place(a) - place(b) || a.displayName.localeCompare(b.displayName, 'en'),
    );
    return `## ${name}\n\n${introductions[name] ?? ''}\n\n${ordered.map(describeMember).join('\n')}`;
  });
  return `# Reference for authors of strategies

Everything that a package of a strategy can import, with what it means. [Write a strategy](write-a-strategy.md) shows how it goes together;
[the contract](strategy-contract.md) says how it may change.

This page is written by \`npm run docs\` from the types and their comments, and a test holds them together.

${sections.join('\n')}`;
}

function describeMember(member) {
  const { kind, displayName, excerpt } = member;
  const isBlock = kind === 'Interface' || kind === 'Class';
  const declaration = excerpt.text.replace(/^export (declare )?/, '').replace(/ \{$/, '');
  const parts = [`### ${displayName}`, describe(member)];
  const shown = kind === 'Variable' && declaration.length > 200 ? `const ${displayName}` : declaration;
  parts.splice(1, 0, `\`\`\`ts\n${shown}\n\`\`\``);
  if (isBlock) {
    parts.push(
      member.members.map((part) => `- \`${oneLine(part.excerpt.text)}\`${indent(describe(part))}`).join('\n'),
    );
  }
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** A comment as Markdown: its text, then one line for each tag. */
function describe({ kind, tsdocComment }) {
  // Of constructors it only says what they are.
  if (tsdocComment === undefined || kind === 'Constructor') return '';
  const text = tsdocComment
    .emitAsTsdoc()
    .replace(/^\/\*\*\s?|\s*\*\/\s*$/g, '')
    .replace(/^ ?\* ?/gm, '')
    .trim();
  const [body, ...tags] = text.split(/^@(?=param|returns|throws|see|typeParam|example)/m);
  const lines = tags.map((tag) => {
    const [, name, rest] = /^(\w+)\s+([^]*)$/.exec(tag.trim()) ?? ['', tag.trim(), ''];
    if (name === 'example') return `\n${rest.includes('```') ? rest : `\`\`\`ts\n${rest.trim()}\n\`\`\``}\n`;
    if (name === 'param' || name === 'typeParam') return oneLine(rest).replace(/^(\S+)(?: -)? ?/, '- `$1`: ');
    return `- ${name[0].toUpperCase()}${name.slice(1)} ${oneLine(rest)}`;
  });
  return [body.trim(), lines.join('\n')].filter((part) => part !== '').join('\n\n');
}

const oneLine = (text) => text.replace(/\s+/g, ' ').trim();

/** As what a list item goes on with. */
const indent = (text) => (text === '' ? '' : `\n\n${text}`.replace(/\n(?=.)/g, '\n  '));
