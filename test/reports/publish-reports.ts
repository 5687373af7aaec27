import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readReports } from '../../src/learning/reports/read-reports.js';
import { loadTfjsLayers } from '../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { filesInMemory, filesOfFolder, type ModelFile } from '../../src/learning/tfjs-layers/model-files.js';
import type { Reports } from '../../src/plugins/contract.js';
import { redrawReports } from '../../src/plugins/run/reports/redraw-reports.js';
import { ReportCollector } from '../../src/plugins/run/reports/report-collector.js';
import { authenticate } from '../../src/zoo/access/authenticate.js';
import { insertModelVersion } from '../../src/zoo/models/insert-model-version.js';
import { storeModelFiles } from '../../src/zoo/models/store-model-files.js';
import { parseNodeId, toNodeId } from '../../src/schema/node-id.js';
import type { TestServer } from '../support/server.js';
import { tinyModelFiles } from '../support/tiny-model.js';

/**
 * Publishes a version of the tiny model with what a strategy reports, the road that the result of a job takes, without the
 * job.
 *
 * @returns the version's id, an opaque one.
 */
export async function publishWithReports(
  server: TestServer,
  modelId: string,
  report: (reports: Reports) => void,
  token = server.adminToken,
): Promise<string> {
  const { zoo } = server;
  const folder = await mkdtemp(join(tmpdir(), 'zoo-reported-'));
  try {
    const refuse = (message: string): never => {
      throw new Error(message);
    };
    const collector = new ReportCollector(refuse);
    report(collector);
    await collector.write(folder);
    await redrawReports(folder, refuse);
    const reported = await readReports(filesOfFolder(folder));
    const principal = await authenticate(zoo, `Bearer ${token}`);
    const model: ModelFile[] = tinyModelFiles();
    const { manifest } = await loadTfjsLayers(filesInMemory(model));
    const files = await storeModelFiles(zoo, principal, [...model, ...reported.files], new Set());
    const { id } = await zoo.database.transaction((manager) =>
      insertModelVersion(manager, {
        modelId: parseNodeId(modelId)?.rowId ?? '',
        manifest,
        files,
        reports: reported.reports,
        createdBy: principal.account?.id ?? '',
      }),
    );
    return toNodeId('ModelVersion', id);
  } finally {
    await rm(folder, { recursive: true });
  }
}
