import { describe, expect, test } from 'vitest';
import { cardBody, readCard, withFrontMatter } from '../../src/zoo/cards/front-matter.js';
import { ZooError, type Problem } from '../../src/errors.js';
import { cpuSeconds } from '../support/cpu-seconds.js';

const hubCard = `---
# as the hub's template writes it
language:
- en
license: apache-2.0
tags:
- vision
- image-classification
pipeline_tag: image-classification
datasets: [imagenet-1k]
metrics:
- accuracy
base_model: google/mobilenet_v2_1.0_224
base_model_relation: finetune
library_name: tfjs
widget:
- src: https://example.org/cat.jpg
  example_title: Cat
model-index:
- name: tiny
  results:
  - task: { type: image-classification }
    metrics:
    - { type: accuracy, value: 0.9 }
co2_eq_emissions: 12.5
---

# Tiny
`;

test.each([
  ['at the top', 'license: mit\ntags: [a]\nlicense: mit', 'card line 4'],
  ['further down', 'a:\n  - { b: 1, c: 2, b: 3 }', 'card line 3'],
])('a key that stands twice %s is named with its line', (_where, yaml, path) => {
  expect(problemsOf(`---\n${yaml}\n---\n`)).toEqual([{ path, message: 'Map keys must be unique' }]);
});

test('the longest card may be all keys, and is read at once', () => {
  const keys = Array.from({ length: 20_000 }, (_, index) => `k${index}:`);
  const read = () =>
    expect(Object.keys(readCard(`---\n${keys.join('\n')}\n---\n`).data)).toHaveLength(20_000);
  expect(cpuSeconds(read)).toBeLessThan(5);
});

test('of a card that is wrong in every line the first problems are told', () => {
  expect(problemsOf(`---\n${'a: 1\n'.repeat(1_000)}---\n`)).toHaveLength(20);
  expect(problemsOf(`---\n${'- @\n'.repeat(1_000)}---\n`)).toHaveLength(20);
  expect(problemsOf(`---\nmodel-index: [${'1, '.repeat(1_000)}]\n---\n`)).toHaveLength(20);
});

function problemsOf(text: string): Problem[] {
  try {
    readCard(text);
  } catch (error) {
    if (error instanceof ZooError && error.code === 'CARD_INVALID')
      return error.details['problems'] as Problem[];
    throw error;
  }
  return [];
}

describe('a card', () => {
  test('gives licence, tags and task, and keeps every key', () => {
    const card = readCard(hubCard);
    expect(card).toMatchObject({
      hasFrontMatter: true,
      license: 'apache-2.0',
      tags: ['vision', 'image-classification'],
      task: 'image-classification',
    });
    expect(card.data).toMatchObject({
      widget: [{ src: 'https://example.org/cat.jpg', example_title: 'Cat' }],
      co2_eq_emissions: 12.5,
      'model-index': [{ name: 'tiny', results: [{ metrics: [{ type: 'accuracy', value: 0.9 }] }] }],
    });
    expect(cardBody(hubCard)).toBe('\n# Tiny\n');
  });

  test('of a data set gives its task by task_categories', () => {
    expect(readCard('---\ntask_categories: [image-classification]\n---\n').task).toBe('image-classification');
  });

  test.each([
    ['no front matter', '# Just text\n---\nlicense: mit\n---\n'],
    ['nothing', ''],
  ])('with %s decides nothing', (_what, text) => {
    expect(readCard(text)).toMatchObject({ hasFrontMatter: false, data: {}, license: null, tags: [] });
    expect(cardBody(text)).toBe(text);
  });

  test('is read with Windows line ends and a byte-order mark', () => {
    expect(readCard('\uFEFF---\r\nlicense: MIT\r\n---\r\n# Hello\r\n')).toMatchObject({ license: 'mit' });
  });
});

describe('refused, naming the line', () => {
  test.each([
    ['unclosed brackets', '---\nlicense: mit\ntags: [a\n---\n', /line [34]/],
    ['a tab as indentation', '---\nlicense: mit\ndatasets:\n\t- a\n---\n', /line 4/],
    ['a key that comes twice', '---\nlicense: mit\nlicense: gpl\n---\n', /line 3/],
    ['tags that are no list', '---\nlicense: mit\n\ntags: { a: b }\n---\n', /line 4/],
    ['a tag that is none', '---\ntags:\n- fine\n- "<script>"\n---\n', /line 4/],
    ['an unknown relation', '---\nbase_model_relation: stolen\n---\n', /line 2/],
    ['front matter without an end', '---\nlicense: mit\n', /line 1/],
    ['a list instead of keys', '---\n- a\n---\n', /line 2/],
  ])('%s', (_what, text, line) => {
    expect(problemsOf(text)[0]?.path).toMatch(line);
  });

  test('all of its problems at once', () => {
    expect(problemsOf('---\nlicense: "a b"\npipeline_tag: Image Classification\n---\n')).toHaveLength(2);
  });

  test('aliases of aliases that would unfold to gigabytes', () => {
    const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 12; level += 1) {
      bomb.push(
        `a${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(', ')}]`,
      );
    }
    expect(problemsOf(`---\n${bomb.join('\n')}\n---\n`)).toHaveLength(1);
  });

  test.each([
    ['a NUL', '# a\0b'],
    ['an escaped NUL', '---\nnote: "\\0"\n---\n'],
    ['half a surrogate pair', '# \ud800'],
    ['more text than a card may have', 'x'.repeat(200_001)],
  ])('%s', (_what, text) => {
    expect(problemsOf(text)).toHaveLength(1);
  });
});

describe('setting keys', () => {
  test('leaves comments, order, other keys and the text as they were', () => {
    const changed = withFrontMatter(hubCard, { license: 'mit', tags: ['new'], pipeline_tag: undefined });
    expect(changed).toContain("# as the hub's template writes it");
    expect(readCard(changed)).toMatchObject({ license: 'mit', tags: ['new'], task: 'image-classification' });
    expect(readCard(changed).data['widget']).toEqual(readCard(hubCard).data['widget']);
    expect(cardBody(changed)).toBe(cardBody(hubCard));
  });

  test('takes keys away, makes front matter where there is none, and leaves an empty card empty', () => {
    expect(readCard(withFrontMatter(hubCard, { license: null })).license).toBeNull();
    const made = withFrontMatter('# Text', { license: 'mit' });
    expect(readCard(made).license).toBe('mit');
    expect(cardBody(made)).toBe('\n# Text');
    expect(withFrontMatter('', { license: 'mit' })).toBe('');
  });
});
