import { isMap, isNode, isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { z } from 'zod';
import { ZooError, type Problem } from '../../errors.js';
import { licenseSchema, tagsSchema, taskSchema } from '../names.js';

/** A card taken apart: Markdown with a YAML block at its head, as the hubs write README.md. */
export interface Card {
  /** Whether it begins with a `---` block. Only then does it decide on licence, tags and task. */
  hasFrontMatter: boolean;
  /** The block as data, unknown keys kept. */
  data: Record<string, unknown>;
  /** What `data` says of the things the catalogue filters by; null or empty where it says nothing. */
  license: string | null;
  tags: string[];
  /** `pipeline_tag` of a model, first of `task_categories` of a data set. */
  task: string | null;
}

/** Characters a card may have. */
export const maxCardLength = 200_000;

/** Problems that are told at once; a broken card can have one a line. */
const maxProblems = 20;

const oneOrMore = (message: string) =>
  z.union([z.string(), z.array(z.string())], message).transform((value) => [value].flat());

/** One where a list is meant. */
const listed = (value: unknown) => (typeof value === 'string' ? [value] : value);

const names = oneOrMore('must be a name or a list of names');

/** The keys the zoo reads. All others are kept as they are. */
const frontMatterSchema = z.looseObject({
  license: z.preprocess((value) => (Array.isArray(value) ? value[0] : value), licenseSchema).nullish(),
  tags: z.preprocess(listed, tagsSchema).nullish(),
  pipeline_tag: taskSchema.nullish(),
  task_categories: z.preprocess(listed, z.array(taskSchema)).nullish(),
  datasets: names.nullish(),
  metrics: z.array(z.union([z.string(), z.looseObject({})]), 'must be a list of metric names').nullish(),
  base_model: names.nullish(),
  base_model_relation: z
    .enum(['finetune', 'adapter', 'merge', 'quantized'], 'must be finetune, adapter, merge or quantized')
    .nullish(),
  library_name: z.string('must be a name').nullish(),
  language: names.nullish(),
  'model-index': z.array(z.looseObject({ name: z.string() }), 'must be a list of results by model').nullish(),
});

/**
 * Reads the front matter of a card. The card itself is kept byte for byte as written; this is what it means.
 *
 * @throws ZooError CARD_INVALID with `details.problems`, each naming the line.
 */
export function readCard(text: string): Card {
  if (text.length > maxCardLength) {
    throw cardInvalid([
      { path: 'card', message: `has ${text.length} characters; accepted: at most ${maxCardLength}` },
    ]);
  }
  if (text.includes('\0') || /\p{Surrogate}/u.test(text)) {
    throw cardInvalid([
      { path: 'card', message: 'holds characters that are not text (NUL or half a surrogate pair)' },
    ]);
  }
  const block = frontMatterBlock(text);
  if (block === undefined) return { hasFrontMatter: false, data: {}, license: null, tags: [], task: null };
  const { document, lineOf } = parseYaml(block);
  const data = plainData(document);
  const parsed = frontMatterSchema.safeParse(data);
  if (!parsed.success) {
    throw cardInvalid(
      parsed.error.issues.slice(0, maxProblems).map((issue) => ({
        path: `card line ${lineOf(issue.path)}`,
        message: `${issue.path.join('.')} ${issue.message}`,
      })),
    );
  }
  const { license, tags, pipeline_tag, task_categories } = parsed.data;
  return {
    hasFrontMatter: true,
    data,
    license: license ?? null,
    tags: tags ?? [],
    task: pipeline_tag ?? task_categories?.[0] ?? null,
  };
}

/** A card's Markdown without its front matter. */
export function cardBody(text: string): string {
  const block = frontMatterBlock(text);
  return block === undefined ? text : text.slice(block.end);
}

/**
 * The card with some front-matter keys set, the rest as it was; `undefined` leaves a key, null removes it. An empty card
 * stays empty.
 */
export function withFrontMatter(text: string, changes: Record<string, unknown>): string {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  if (text === '' || given.length === 0) return text;
  const block = frontMatterBlock(text);
  const document = parseYaml(block ?? { yaml: '', start: 0, end: 0, firstLine: 2 }).document;
  for (const [key, value] of given) {
    if (value === null) document.delete(key);
    else document.set(key, value);
  }
  return `---\n${document.toString({ lineWidth: 0 })}---\n${block === undefined ? `\n${text}` : text.slice(block.end)}`;
}

interface Block {
  yaml: string;
  /** Where the YAML starts and where the Markdown starts after it. */
  start: number;
  end: number;
  /** Line of the card on which the YAML starts. */
  firstLine: number;
}

function frontMatterBlock(text: string): Block | undefined {
  const opening = /^\uFEFF?---[ \t]*\r?\n/.exec(text);
  if (opening === null) return undefined;
  const start = opening[0].length;
  const closing = /^---[ \t]*(\r?\n|$)/m.exec(text.slice(start));
  if (closing === null) {
    throw cardInvalid([
      { path: 'card line 1', message: 'opens front matter with --- that no later --- closes' },
    ]);
  }
  return {
    yaml: text.slice(start, start + closing.index),
    start,
    end: start + closing.index + closing[0].length,
    firstLine: 2,
  };
}

function parseYaml(block: Block): {
  document: Document.Parsed;
  lineOf(path: readonly PropertyKey[]): number;
} {
  const lines = new LineCounter();
  // Its own check of keys compares each with all others: seconds for a long card.
  const document = parseDocument(block.yaml, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const lineAt = (offset: number) => lines.linePos(offset).line + block.firstLine - 1;
  const faults = [
    ...document.errors.slice(0, maxProblems).map(({ pos, message }) => ({ offset: pos[0], message })),
    ...repeatedKeys(document),
  ];
  if (faults.length > 0) {
    throw cardInvalid(
      faults
        .slice(0, maxProblems)
        .map(({ offset, message }) => ({ path: `card line ${lineAt(offset)}`, message })),
    );
  }
  if (document.contents !== null && !isMap(document.contents)) {
    throw cardInvalid([
      { path: `card line ${block.firstLine}`, message: 'front matter must be `key: value` lines' },
    ]);
  }
  return {
    document,
    lineOf: (path) => {
      for (let depth = path.length; depth > 0; depth -= 1) {
        const node: unknown = document.getIn(path.slice(0, depth), true);
        if (isNode(node) && node.range) return lineAt(node.range[0]);
      }
      return block.firstLine;
    },
  };
}

/** Keys that stand twice in one mapping, at any depth. */
function repeatedKeys(document: Document.Parsed): { offset: number; message: string }[] {
  const repeated: { offset: number; message: string }[] = [];
  visit(document, {
    Map(_key, map) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          repeated.push({ offset: key.range?.[0] ?? 0, message: 'Map keys must be unique' });
        }
        seen.add(key.value);
      }
    },
  });
  return repeated;
}

/** Front matter as JSON holds it: no NaN, no dates, no NUL. */
function plainData(document: Document.Parsed): Record<string, unknown> {
  const json = JSON.stringify(withoutAliasBomb(document) ?? {});
  if (json.includes('\\u0000')) {
    throw cardInvalid([{ path: 'card', message: 'front matter holds a NUL character' }]);
  }
  return JSON.parse(json) as Record<string, unknown>;
}

/** A few lines of aliases of aliases would unfold to gigabytes; `yaml` counts and throws. */
function withoutAliasBomb(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: 50 });
  } catch {
    throw cardInvalid([
      { path: 'card', message: 'front matter uses too many YAML aliases; write the values out' },
    ]);
  }
}

function cardInvalid(problems: Problem[]): ZooError {
  return new ZooError('CARD_INVALID', problems.map(({ path, message }) => `${path}: ${message}`).join('\n'), {
    problems,
  });
}
