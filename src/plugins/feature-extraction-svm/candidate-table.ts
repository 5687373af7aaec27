import type { CandidateC } from '../../learning/public.js';
import type { ReportTable } from '../plugin.js';

/** A layer, and how the values of C did there. */
export interface TriedLayer {
  layer: string;
  candidates: CandidateC[];
}

/** A table of what cross-validation found: a row for each C, a column for each layer that was tried. */
export function candidateTable(tried: readonly TriedLayer[]): ReportTable {
  const grid = new Set(tried.flatMap(({ candidates }) => candidates.map(({ C }) => C)));
  return {
    title: 'Cross-validated accuracy by C and layer',
    columns: ['C', ...tried.map(({ layer }) => layer)],
    rows: [...grid]
      .sort((a, b) => a - b)
      .map((C) => [
        C,
        ...tried.map(({ candidates }) => candidates.find((candidate) => candidate.C === C)?.accuracy ?? null),
      ]),
  };
}
