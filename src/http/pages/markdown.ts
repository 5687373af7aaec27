import { escapeHtml, Html } from '../html.js';

/**
 * Renders the Markdown of a card: headings, paragraphs, lists, quotes, tables, code, emphasis, links. Everything is
 * escaped first and only these shapes are turned into HTML, so a card cannot bring markup, scripts or pictures of its
 * own; links go to http(s) and mail addresses only.
 *
 * No pattern here may backtrack over a line: cards are up to 200,000 characters, written by anyone with an account and
 * rendered in the server for whoever looks.
 */
export function renderMarkdown(text: string): Html {
  return new Html(renderBlocks(text.replace(/\r\n?/g, '\n').split('\n'), 0));
}

/** Quotes may hold quotes; nobody needs more of them than this. */
const maxDepth = 4;

function renderBlocks(lines: string[], depth: number): string {
  const out: string[] = [];
  let at = 0;
  while (at < lines.length) {
    const block = blockAt(lines, at, depth);
    out.push(block.html);
    at = block.next;
  }
  return out.join('\n');
}

interface Block {
  html: string;
  next: number;
}

function blockAt(lines: string[], at: number, depth: number): Block {
  const line = lines[at] ?? '';
  if (line.trim() === '') return { html: '', next: at + 1 };
  if (/^\s{0,3}<!--/.test(line)) return comment(lines, at);
  const fence = /^\s{0,3}(```+|~~~+)/.exec(line)?.[1];
  if (fence !== undefined) return fencedCode(lines, at, fence);
  const heading = /^(#{1,6})\s+([^]*)$/.exec(line);
  if (heading) {
    // The page's own headings are h1 and h2.
    const level = Math.min((heading[1] ?? '').length + 2, 6);
    return {
      html: `<h${level}>${inline(withoutClosingMarks(heading[2] ?? ''))}</h${level}>`,
      next: at + 1,
    };
  }
  if (/^\s{0,3}([-*_])(\s*\1){2,}\s*$/.test(line)) return { html: '<hr>', next: at + 1 };
  if (/^\s{0,3}>/.test(line) && depth < maxDepth) {
    const { taken, next } = takeWhile(lines, at, (each) => /^\s{0,3}>/.test(each));
    const inner = taken.map((each) => each.replace(/^\s{0,3}> ?/, ''));
    return { html: `<blockquote>${renderBlocks(inner, depth + 1)}</blockquote>`, next };
  }
  if (isRow(line) && isDelimiterRow(lines[at + 1] ?? '')) return table(lines, at);
  if (listItem.test(line)) return list(lines, at);
  const { taken, next } = takeWhile(
    lines,
    at,
    (each, index) => each.trim() !== '' && (index === at || !/^(\s{0,3}(```|~~~|>)|#{1,6}\s)/.test(each)),
  );
  return { html: `<p>${inline(taken.join('\n'))}</p>`, next };
}

/** A heading's text without the `#`s that may close it. By hand: a pattern would try every run of blanks and marks. */
function withoutClosingMarks(text: string): string {
  const trimmed = text.trimEnd();
  let end = trimmed.length;
  while (trimmed[end - 1] === '#') end -= 1;
  return trimmed.slice(0, end).trimEnd();
}

/** A comment is for those who edit the card. One that nobody closed goes to the end, as in CommonMark. */
function comment(lines: string[], at: number): Block {
  const { next } = takeWhile(lines, at, (each) => !each.includes('-->'));
  return { html: '', next: next + 1 };
}

function fencedCode(lines: string[], at: number, fence: string): Block {
  const { taken, next } = takeWhile(lines, at + 1, (each) => !each.trim().startsWith(fence));
  return { html: `<pre><code>${escapeHtml(taken.join('\n'))}</code></pre>`, next: next + 1 };
}

const listItem = /^\s*([-*+]|\d{1,9}[.)])\s+([^]*)$/;

/** Lists are shown flat: nesting in a card is rare and the text says it all. */
function list(lines: string[], at: number): Block {
  const { taken, next } = takeWhile(lines, at, (each) => listItem.test(each) || /^\s{2,}\S/.test(each));
  const items: string[] = [];
  for (const each of taken) {
    const item = listItem.exec(each);
    if (item) items.push(item[2] ?? '');
    else items.push(`${items.pop() ?? ''} ${each.trim()}`);
  }
  const kind = /^\s*\d/.test(lines[at] ?? '') ? 'ol' : 'ul';
  return { html: `<${kind}>${items.map((item) => `<li>${inline(item)}</li>`).join('')}</${kind}>`, next };
}

function isRow(line: string): boolean {
  return line.includes('|');
}

/** The line below a table's head: `|---|:-:|`. */
function isDelimiterRow(line: string): boolean {
  return line.includes('-') && /^[\s:|-]+$/.test(line);
}

function table(lines: string[], at: number): Block {
  const cells = (line: string) =>
    line
      .trim()
      .replace(/^\||\|$/g, '')
      .split(/(?<!\\)\|/)
      .map((cell) => inline(cell.trim()));
  const { taken, next } = takeWhile(lines, at + 2, isRow);
  const head = cells(lines[at] ?? '').map((cell) => `<th>${cell}</th>`);
  const rows = taken.map(
    (line) =>
      `<tr>${cells(line)
        .map((cell) => `<td>${cell}</td>`)
        .join('')}</tr>`,
  );
  return {
    html: `<div class="scroll"><table><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`,
    next,
  };
}

/** Code first, so that nothing inside it is taken for emphasis or a link. */
function inline(text: string): string {
  return text
    .split(/(`[^`\n]+`)/)
    .map((part) =>
      part.length > 2 && part.startsWith('`') && part.endsWith('`')
        ? `<code>${escapeHtml(part.slice(1, -1))}</code>`
        : emphasis(literalMarks(escapeHtml(part))),
    )
    .join('');
}

/** A mark behind a backslash stands for itself: as an entity nothing takes it for more than that. */
function literalMarks(escaped: string): string {
  return escaped.replace(/\\(&lt;|&gt;|[\\`*_{}[\]()#+\-.!|~])/g, (_, mark: string) =>
    mark.length > 1 ? mark : `&#${mark.charCodeAt(0)};`,
  );
}

/** `escaped` is HTML-safe already; quotes in link targets are entities. */
function emphasis(escaped: string): string {
  return escaped
    .replace(/!\[([^\]\n]{0,300})\]\([^)\s]{0,2000}\)/g, '$1')
    .replace(
      /\[([^\]\n]{1,300})\]\(((?:https?:\/\/|mailto:)[^)\s]{1,2000})\)/g,
      '<a href="$2" rel="nofollow noopener">$1</a>',
    )
    .replace(/\*\*([^*\n]{1,1000})\*\*/g, '<strong>$1</strong>')
    .replace(/(^|[\s(])[*_]([^*_\n]{1,1000})[*_](?=$|[\s).,;:!?])/g, '$1<em>$2</em>');
}

function takeWhile(
  lines: string[],
  at: number,
  holds: (line: string, index: number) => boolean,
): { taken: string[]; next: number } {
  let next = at;
  while (next < lines.length && holds(lines[next] ?? '', next)) next += 1;
  return { taken: lines.slice(at, next), next };
}
