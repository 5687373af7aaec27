import { environmentWith, loadConfig } from '../../config.js';
import { migrateDatabase } from '../../migrate.js';
import type { Output } from '../output/output.js';
import { formatTable } from '../output/table.js';
import { serverEnvironment, type ServerFlags } from './server-flags.js';

/** `zoo migrate [up|down|status]`: brings the schema of the configured database where it should be, or says where it is. */
export async function migrate(
  output: Output,
  action: 'up' | 'down' | 'status',
  flags: ServerFlags & { steps: number },
): Promise<void> {
  const config = loadConfig(environmentWith({ ZOO_LOG_LEVEL: 'warn', ...serverEnvironment(flags) }));
  const report = await migrateDatabase(config, action, flags.steps);
  for (const name of report.applied) output.note(`applied ${name}`);
  for (const name of report.takenBack) output.note(`took back ${name}`);
  output.line(
    formatTable(
      [{ heading: 'MIGRATION', shrink: true }, { heading: 'STATE' }],
      report.status.map(({ name, applied, known }) => [
        name,
        !known ? 'applied by a newer version' : applied ? 'applied' : 'pending',
      ]),
    ),
  );
  output.document(report);
}
