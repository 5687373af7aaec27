import type { DatasetTransferProfile } from '../client/find-transfer-profile.js';
import { formatPercent } from './format.js';
import { formatTable } from './table.js';

/** A transfer profile as a table: for each data set where the linear probe is best, and how it is on the last layer. */
export function formatTransferProfile(profile: readonly DatasetTransferProfile[]): string {
  return formatTable(
    [
      { heading: 'DATA SET', shrink: true },
      { heading: 'PICTURES', align: 'right' },
      { heading: 'BEST CUT' },
      { heading: 'PROBE', align: 'right' },
      { heading: 'LAST CUT', align: 'right' },
    ],
    profile.flatMap(({ datasetVersion, points }) => {
      const probed = points.flatMap(({ scores: { probe }, ...cut }) =>
        probe === null ? [] : [{ ...cut, probe }],
      );
      const [best] = [...probed].sort((a, b) => b.probe.accuracy - a.probe.accuracy || b.depth - a.depth);
      const last = probed.at(-1);
      if (datasetVersion === null || best === undefined || last === undefined) return [];
      const { dataset, number } = datasetVersion;
      return [
        [
          `${dataset.owner.name}/${dataset.name}@${number}`,
          String(best.pictures),
          best.layer,
          formatPercent(best.probe.accuracy),
          formatPercent(last.probe.accuracy),
        ],
      ];
    }),
  );
}
