/** Parts of SVG charts that read on light and dark ground: every colour has a contrast of 3 to white and to black at least. */

/** Told apart by people who see no red or no green, too. */
export const palette = ['#1f86c9', '#d55e00', '#009e73', '#b8618f', '#8f7a1a'];
export const shapes = ['circle', 'square', 'triangle', 'diamond'];

const grid = '#8884';
const axis = '#8889';

/**
 * A picture of its own, text in a grey that both grounds bear.
 *
 * @param title what screen readers say of it
 */
export function chart({ width, height, title }, parts) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" font-family="sans-serif" font-size="11" fill="#7a7a7a">
<title>${title}</title>
${parts.flat(Infinity).join('\n')}
</svg>
`;
}

/**
 * The frame of one diagram, and where its numbers lie.
 *
 * @param x, y axes: {from, to, ticks, label, isLog}; without a `label` of numbers the ticks are not written
 * @returns `parts` of the picture; `atX` and `atY` turn numbers into places
 */
export function panel({ left, top, width, height, title, x, y }) {
  const atX = scale(x, left, left + width);
  const atY = scale(y, top + height, top);
  const vertical = x.ticks.map((tick) => line(atX(tick), top, atX(tick), top + height, { stroke: grid }));
  const horizontal = y.ticks.map((tick) => line(left, atY(tick), left + width, atY(tick), { stroke: grid }));
  const bottom = line(left, top + height, left + width, top + height, { stroke: axis });
  const written = [
    ...(x.label ? x.ticks.map((tick) => text(atX(tick), top + height + 14, x.label(tick), 'middle')) : []),
    ...(y.label ? y.ticks.map((tick) => text(left - 6, atY(tick) + 4, y.label(tick), 'end')) : []),
  ];
  const heading = title === undefined ? [] : boldText(left, top - 8, title);
  return { atX, atY, parts: [vertical, horizontal, bottom, written, heading] };
}

function scale({ from, to, isLog = false }, start, end) {
  const on = isLog ? Math.log : (value) => value;
  return (value) => start + ((end - start) * (on(value) - on(from))) / (on(to) - on(from));
}

export function text(x, y, content, anchor = 'start', attributes = '') {
  return `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}" ${attributes}>${content}</text>`;
}

export const boldText = (x, y, content) => text(x, y, content, 'start', 'font-weight="bold"');

/** The title of a vertical axis, read from below. */
export function uprightText(x, y, content) {
  return text(x, y, content, 'middle', `transform="rotate(-90 ${at(x)} ${at(y)})"`);
}

export function line(x1, y1, x2, y2, { stroke, width = 1, dash, opacity = 1 }) {
  const dashed = dash === undefined ? '' : ` stroke-dasharray="${dash}"`;
  return `<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}" stroke="${stroke}" stroke-width="${width}" opacity="${opacity}"${dashed}/>`;
}

export function polyline(points, { stroke, width = 2 }) {
  const places = points.map(([x, y]) => `${at(x)},${at(y)}`).join(' ');
  return `<polyline points="${places}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linejoin="round"/>`;
}

/** A point of a diagram: filled, or its outline alone. */
export function marker(shape, x, y, colour, { size = 4, isHollow = false, opacity = 1 } = {}) {
  const paint = isHollow
    ? `fill="none" stroke="${colour}" stroke-width="1.4" opacity="${opacity}"`
    : `fill="${colour}" opacity="${opacity}"`;
  if (shape === 'circle') return `<circle cx="${at(x)}" cy="${at(y)}" r="${size}" ${paint}/>`;
  const corners = {
    square: [
      [-0.9, -0.9],
      [0.9, -0.9],
      [0.9, 0.9],
      [-0.9, 0.9],
    ],
    triangle: [
      [0, -1.2],
      [1.15, 0.85],
      [-1.15, 0.85],
    ],
    diamond: [
      [0, -1.3],
      [1.3, 0],
      [0, 1.3],
      [-1.3, 0],
    ],
  }[shape];
  const places = corners.map(([dx, dy]) => `${at(x + dx * size)},${at(y + dy * size)}`).join(' ');
  return `<polygon points="${places}" ${paint}/>`;
}

/** Ticks at multiples of a step, around all values and what has to be in sight. */
export function axisAround(values, step, within) {
  const all = [...values, ...within];
  const from = Math.floor(Math.min(...all) / step + 1e-9) * step;
  const to = Math.ceil(Math.max(...all) / step - 1e-9) * step;
  const count = Math.round((to - from) / step);
  return { from, to, ticks: Array.from({ length: count + 1 }, (_, index) => from + index * step) };
}

/** Said where there is nothing to draw yet. */
export function notMeasured(x, y) {
  return text(x, y, 'not measured yet', 'middle', 'font-style="italic"');
}

const at = (value) => Number(value.toFixed(1));
