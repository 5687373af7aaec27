import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { worthElsewhere } from '../../../dist/advisor/recommend/worth-elsewhere.js';
import { recommend } from '../../../dist/advisor/recommend/recommend.js';
import { loadTfjsLayers } from '../../../dist/learning/tfjs-layers/load-tfjs-layers.js';
import { filesOfFolder } from '../../../dist/learning/tfjs-layers/model-files.js';
import { fitKnowledge } from '../knowledge/fit-knowledge.mjs';
import { linesToFit } from '../knowledge/lines-to-fit.mjs';
import { studiedProbes } from '../knowledge/networks.mjs';

const strategies = ['feature-extraction-svm', 'partial-fine-tuning', 'full-retraining'].map((name) => ({
  name,
  version: null,
  estimates: false,
}));

/**
 * What the advisor would say, had it never seen pictures of this domain.
 *
 * @param knowsNetworks false: nor used what it knows of each network from others
 */
export async function adviseHeldOut(
  together,
  { knowsNetworks = true, outcomes, measured, datasetFolder, baseFolders },
) {
  const models = [];
  for (const [name, folder] of baseFolders) {
    const { manifest } = await loadTfjsLayers(filesOfFolder(folder));
    models.push({ versionId: name, name, manifest, ...(knowsNetworks ? { weightsDigest: name } : {}) });
  }
  const lines = measured.lines.filter(({ domain }) => domain !== together.domain);
  const { knowledge } = fitKnowledge(linesToFit(outcomes.lines, lines), lines);
  const worth = worthElsewhere(studiedProbes(lines), knowledge.networks.spread);
  const measurements = {
    ...together.measurements,
    models: together.measurements.models.map((model) => ({
      ...model,
      elsewhere: knowsNetworks ? worth.get(model.versionId) : undefined,
    })),
  };
  return recommend({
    measurements,
    models,
    data: await summaryOf(datasetFolder),
    strategies,
    estimates: [],
    knowledge,
    corrections: {},
    machine: { threads: 2 },
  });
}

async function summaryOf(folder) {
  const { classes, images } = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8'));
  const splits = Object.fromEntries(
    ['train', 'validation', 'test'].map((split) => {
      const of = images.filter((image) => image.split === split);
      const perClass = classes.map((_, label) => of.filter((image) => image.label === label).length);
      return [split, { imageCount: of.length, perClass }];
    }),
  );
  return { task: 'image-classification', classes, splits };
}
