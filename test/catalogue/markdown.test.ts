import { expect, test } from 'vitest';
import { renderMarkdown } from '../../src/http/pages/markdown.js';
import { maxCardLength } from '../../src/zoo/cards/front-matter.js';
import { cpuSeconds } from '../support/cpu-seconds.js';

test.each([
  ['# Title', '<h3>Title</h3>'],
  ['## Title ##  ', '<h4>Title</h4>'],
  ['# C# and F# #', '<h3>C# and F#</h3>'],
  ['###### ', '<h6></h6>'],
  ['a | b\n--|--\n1 | 2', '<th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td>'],
  ['a | b\nnot - a | table', '<p>a | b\nnot - a | table</p>'],
  [
    'a \\| b | c\n--|--\n1\\_2\\_3 | 4',
    '<th>a &#124; b</th><th>c</th></tr></thead><tbody><tr><td>1&#95;2&#95;3</td>',
  ],
  ['\\*not emphasis\\* and \\<b>', '<p>&#42;not emphasis&#42; and &lt;b&gt;</p>'],
  ['- one\n* two', '<ul><li>one</li><li>two</li></ul>'],
])('%j is rendered', (text, expected) => {
  expect(renderMarkdown(text).text).toContain(expected);
});

test('comments are not shown, text around them is', () => {
  expect(renderMarkdown('one\n\n<!-- for\neditors -->\ntwo').text.replace(/\n/g, '')).toBe(
    '<p>one</p><p>two</p>',
  );
  expect(renderMarkdown('one\n\n<!-- never closed\n\ntwo').text.trim()).toBe('<p>one</p>');
  expect(renderMarkdown('an arrow <!-- inside a line').text).toContain('&lt;!-- inside');
});

const blanks = ' '.repeat(maxCardLength);
test.each([
  ['a heading of blanks', `# a${blanks}x`],
  ['a heading of marks', `# ${'#'.repeat(maxCardLength)}x`],
  ['a heading of blanks before a line separator', `# ${blanks}x\u2028`],
  ['a table of dashes', `a|b\n${'-'.repeat(maxCardLength)}x`],
  ['a table of blanks', `a|b\n${blanks}-x`],
  ['comments, open again and again', `${'<!--\n-->\n'.repeat(maxCardLength / 9)}x`],
  ['a list of blanks before a line separator', `- ${blanks}x\u2028`],
])('the longest card that is %s is rendered at once', (_what, text) => {
  expect(cpuSeconds(() => expect(renderMarkdown(text).text).toContain('x'))).toBeLessThan(5);
});
