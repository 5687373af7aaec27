const size = { width: 720, height: 360, left: 56, right: 250, top: 24, bottom: 48 };
const colours = ['#0b6e99', '#c2571a', '#4c7a34', '#7a4a9e'];

/** Accuracy by depth as an SVG that reads on light and dark ground: one line a data set, with its chance level marked. */
export function depthPlot(depths, datasets) {
  const { width, height, left, right, top, bottom } = size;
  const lastDepth = Math.max(1, ...depths.flatMap(({ cuts }) => cuts.map(({ depth }) => depth)));
  const x = (depth) => left + ((width - left - right) * depth) / lastDepth;
  const y = (accuracy) => top + (height - top - bottom) * (1 - accuracy);
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  const lines = depths.map(({ dataset, cuts }, index) => {
    const colour = colours[index % colours.length];
    const points = cuts.map(({ depth, accuracy }) => `${x(depth).toFixed(1)},${y(accuracy).toFixed(1)}`);
    const title = datasets.find(({ name }) => name === dataset)?.title ?? dataset;
    const legendY = top + 14 + index * 22;
    return `
  <polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>
  ${points.map((point) => `<circle cx="${point.split(',')[0]}" cy="${point.split(',')[1]}" r="3" fill="${colour}"/>`).join('')}
  <rect x="${width - right + 20}" y="${legendY - 8}" width="14" height="3" fill="${colour}"/>
  <text x="${width - right + 40}" y="${legendY - 2}">${title}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" font-family="sans-serif" font-size="11" fill="#777">
  <title>Test accuracy of a linear classifier on the features after each block, from the input to the output</title>
  ${ticks
    .map(
      (tick) => `<line x1="${left}" x2="${width - right}" y1="${y(tick)}" y2="${y(tick)}" stroke="#8884"/>
  <text x="${left - 8}" y="${y(tick) + 4}" text-anchor="end">${100 * tick} %</text>`,
    )
    .join('\n  ')}
  <text x="${(left + width - right) / 2}" y="${height - 12}" text-anchor="middle">depth: block after which the network is cut</text>${lines.join('')}
</svg>
`;
}
