import type { Job, SweepCandidate } from '../../zoo/database/entities/index.js';
import { DatasetVersionFile, VersionFile } from '../../zoo/database/entities/index.js';
import type { FeaturesWork } from '../child/protocol.js';
import { placeFiles, within } from '../worker/place-files.js';
import type { PreparationOptions } from '../worker/prepare-work.js';

/**
 * Lays out a base that several candidates share and the whole data set, since none of the strategies' code runs, and says
 * at which cuts the candidates will read features: the layers they name, and those that are compared where none is named.
 */
export async function prepareFeatures(
  job: Pick<Job, 'datasetVersionId'>,
  candidates: readonly SweepCandidate[],
  options: PreparationOptions,
): Promise<FeaturesWork> {
  const { zoo, folder, featureFolder, featureBytes, threads } = options;
  const { database } = zoo;
  const versionId = candidates[0]?.baseVersionId;
  const base = await database.getRepository(VersionFile).findBy({ versionId });
  const data = await database
    .getRepository(DatasetVersionFile)
    .findBy({ versionId: job.datasetVersionId ?? undefined });
  await placeFiles(
    [...within(folder.base, base), ...within(folder.dataset, data)],
    'fetching model and pictures',
    options,
  );
  return {
    kind: 'FEATURES',
    baseFolder: folder.base,
    datasetFolder: folder.dataset,
    cacheFolder: featureFolder,
    cacheBytes: featureBytes,
    threads,
    wishes: candidates.flatMap(wishOf),
  };
}

/** By the names that strategies of Model Zoo have for it; those of a package that mean something else by them lose nothing. */
function wishOf({ parameters }: SweepCandidate): FeaturesWork['wishes'] {
  const { layer, pooling = 'average', inputSize } = parameters;
  if (pooling !== 'average') return [];
  return [
    {
      layer: typeof layer === 'string' ? layer : undefined,
      inputSize: Number.isInteger(inputSize) ? (inputSize as number) : undefined,
    },
  ];
}
