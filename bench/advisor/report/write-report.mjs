import { writeFile } from 'node:fs/promises';
import { writeMeasuredPart } from '../../study/measured-part.mjs';
import { linesToFit } from '../knowledge/lines-to-fit.mjs';
import { depthPlot } from './depth-plot.mjs';
import { featuresTable } from './features-table.mjs';
import { gainPlot } from './gain-plot.mjs';
import { gainPoints } from './gain-points.mjs';
import { judgeTables } from './judge-tables.mjs';
import { promisePlot } from './promise-plot.mjs';
import { countBy, scenarioTables } from './scenario-tables.mjs';
import { sizePlot } from './size-plot.mjs';
import { bestTable, costTable, gainTable, measuresTable } from './tables.mjs';
import { completeGroups, groupByWay } from './ways.mjs';

const guides = new URL('../../../docs/guides/', import.meta.url);

/**
 * Writes the measured part of the guide, between its markers, and its plots. What was not trained or measured yet is left
 * out; the same lines give the same bytes.
 *
 * @param outcomes, measured lines of outcomes.jsonl and measurements.jsonl
 */
export async function writeReport({ outcomes, measured, judged, ofUnknown, datasets, networks }) {
  const groups = groupByWay(outcomes);
  const points = gainPoints(groups, measured);
  const plots = {
    size: sizePlot(groups, datasets),
    gain: gainPlot(points, datasets, networks),
    depth: depthPlot(measured, datasets, networks),
    promise: promisePlot(judged),
  };
  for (const [name, svg] of Object.entries(plots)) {
    await writeFile(new URL(`which-strategy-${name}.svg`, guides), svg);
  }
  await writeMeasuredPart(new URL('which-strategy.md', guides), [
    coverage(groups),
    ...measuresTable(measured, datasets, networks),
    ...scenarioTables(groups, measured),
    ...bestTable(groups, datasets, networks),
    ...gainTable(points),
    ...featuresTable(linesToFit(outcomes, measured)),
    ...judgeTables(judged, ofUnknown, datasets),
    ...costTable(groups, measured, networks),
  ]);
}

function coverage(groups) {
  const known = completeGroups(groups);
  const count = (key) => new Set(known.map((group) => group[key])).size;
  return (
    `${known.length} cases in which every way was trained: ${count('dataset')} data sets in ${count('domain')} domains, ` +
    `${count('seed')} ${count('seed') === 1 ? 'seed' : 'seeds'}, of each network: ${countBy(known, 'model')}. A case is one data set, one network, one seed.`
  );
}
