import { ZooError } from '../../errors.js';
import type { Baseline, Evaluation } from '../../learning/evaluation.js';
import type { Reference } from '../reference.js';
import type { Connection } from './connection.js';
import { graphqlRequest } from './graphql-request.js';

/** A file of a version, and where to GET it below the server's address. */
export interface VersionFile {
  path: string;
  sha256: string;
  sizeBytes: number;
  url: string;
}

interface Interval {
  low: number;
  high: number;
}

/** One version of a model, as `zoo show` prints it. */
export interface ModelVersion {
  id: string;
  number: number;
  parameterCount: number;
  sizeBytes: number;
  digest: string;
  notes: string;
  createdAt: string;
  files: VersionFile[];
  manifest: {
    labels: string[] | null;
    outputShape: (number | null)[];
    input: {
      height: number;
      width: number;
      channels: number;
      range: number[];
      mean: number[];
      std: number[];
    };
    inputSizes: { pinned: boolean; height: number; width: number; pinnedBy: string | null };
    cutPoints: { layer: string; outputShape: (number | null)[]; blockBoundary: boolean }[];
  };
  evaluation:
    | (Omit<Evaluation, 'accuracyInterval' | 'baseline'> & {
        accuracyInterval: Interval;
        baseline: (Omit<Baseline, 'differenceInterval'> & { differenceInterval: Interval }) | null;
      })
    | null;
  parents: LineageStep[];
  /** Tables and pictures of the strategy that made it. */
  reports: { name: string; title: string; kind: 'TABLE' | 'PICTURE'; url: string }[];
}

/** How a version came to be. */
export interface LineageStep {
  relation: string;
  strategy: string | null;
  strategyVersion: string | null;
  /** Whether it is still there to be launched; null where there was none. */
  strategyInstalled: boolean | null;
  parameters: Record<string, unknown> | null;
  parent: { number: number; model: { owner: { name: string }; name: string } };
  /** The pictures it was made with; null where there were none or you may not see them. */
  datasetVersion: { number: number; dataset: { owner: { name: string }; name: string } } | null;
}

export interface ModelDetails {
  id: string;
  owner: { name: string };
  name: string;
  task: string;
  license: string | null;
  tags: string[];
  visibility: 'PUBLIC' | 'PRIVATE';
  /** Markdown with front matter. */
  card: string;
  aliases: { name: string; version: { number: number } | null }[];
  versions: { totalCount: number };
  version: ModelVersion | null;
}

const query = `query FindModel($owner: String!, $name: String!, $revision: String!) {
  model(owner: $owner, name: $name) {
    id owner { name } name task license tags visibility card
    aliases { name version { number } }
    versions { totalCount }
    version(revision: $revision) {
      id number parameterCount sizeBytes digest notes createdAt
      files { path sha256 sizeBytes url }
      manifest {
        labels outputShape
        input { height width channels range mean std }
        inputSizes { pinned height width pinnedBy }
        cutPoints { layer outputShape blockBoundary }
      }
      evaluation {
        split imageCount excludedNearDuplicates accuracy accuracyInterval { low high } top5Accuracy balancedAccuracy
        macroF1 classes perClass { class imageCount precision recall f1 } confusion calibrationError
        baseline { name layer accuracy difference differenceInterval { low high } pValue verdict } latency { medianMs p90Ms }
      }
      reports { name title kind url }
      parents { relation strategy strategyVersion strategyInstalled parameters parent { number model { owner { name } name } } datasetVersion { number dataset { owner { name } name } } }
    }
  }
}`;

/** A model with the version that the reference names, or undefined where there is no such model. */
export async function findModel(
  connection: Connection,
  reference: Reference,
): Promise<ModelDetails | undefined> {
  const { owner, name, revision } = reference;
  const data = await graphqlRequest<{ model: ModelDetails | null }>(connection, query, {
    owner,
    name,
    revision,
  });
  return data.model ?? undefined;
}

/** @throws ZooError NOT_FOUND for a model or version that is not there or not visible. */
export async function requireModelVersion(
  connection: Connection,
  reference: Reference,
): Promise<{ model: ModelDetails; version: ModelVersion }> {
  const { owner, name, revision } = reference;
  const model = await findModel(connection, reference);
  if (model === undefined) {
    throw new ZooError(
      'NOT_FOUND',
      `There is no model ${owner}/${name} at ${connection.url}, or you may not see it.`,
    );
  }
  if (model.version === null) {
    const known =
      model.versions.totalCount === 0
        ? 'it has no version yet'
        : `it has ${model.versions.totalCount} versions`;
    throw new ZooError('NOT_FOUND', `${owner}/${name} has no version "${revision}"; ${known}.`);
  }
  return { model, version: model.version };
}

/** The evaluation in the form that the rest of the code knows. */
export function evaluationOf(version: ModelVersion): Evaluation | null {
  const { evaluation } = version;
  if (evaluation === null) return null;
  const { baseline } = evaluation;
  return {
    ...evaluation,
    accuracyInterval: pairOf(evaluation.accuracyInterval),
    baseline:
      baseline === null ? null : { ...baseline, differenceInterval: pairOf(baseline.differenceInterval) },
  };
}

const pairOf = ({ low, high }: Interval): [number, number] => [low, high];
