import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { askedToStop } from '../../asked-to-stop.js';
import { environmentWith, loadConfig, type Config } from '../../config.js';
import { ZooError } from '../../errors.js';
import { serve, type RunningZoo } from '../../serve.js';
import type { CommandContext } from '../command-context.js';
import { runDemo } from '../demo/run-demo.js';
import { showDemoResult } from '../demo/show-demo-result.js';
import { exitCodes } from '../exit-codes.js';
import type { Output } from '../output/output.js';

export interface DemoFlags {
  dataDir?: string;
  port?: string;
  exit?: boolean;
  verbose?: boolean;
}

const picturesFolder = fileURLToPath(new URL('../../../examples/clothing-mini/', import.meta.url));

/**
 * `zoo demo`: starts a zoo of its own on this machine and walks the main road through the public API: a pretrained network,
 * real pictures, a fine-tune, its evaluation. Run again, it shows what is there. In a terminal the zoo stays open.
 */
export async function demo(output: Output, flags: DemoFlags): Promise<void> {
  const startedAt = Date.now();
  const { running, token } = await startDemoZoo(flags);
  const context: CommandContext = { connection: { url: running.url, token }, output };
  output.line(`A zoo of its own is open at ${running.url}, in ${running.zoo.config.dataDirectory}.`);
  try {
    const result = await runDemo(context, picturesFolder);
    if (result === 'detached') {
      process.exitCode = exitCodes.interrupted;
      output.note('Stopped. Run it again, and it goes on from here.');
      return;
    }
    const staysOpen = !flags.exit && !output.json && process.stdout.isTTY;
    showDemoResult(context, result, {
      elapsedMs: Date.now() - startedAt,
      dataDirectory: running.zoo.config.dataDirectory,
      staysOpen,
    });
    if (!staysOpen) return;
    output.line('The zoo stays open until you press Ctrl-C.');
    await askedToStop();
  } finally {
    await running.close();
  }
}

async function startDemoZoo(flags: DemoFlags): Promise<{ running: RunningZoo; token: string }> {
  const { dataDirectory } = loadConfig(environmentWith({}));
  const folder = flags.dataDir ?? join(dataDirectory, 'demo');
  const token = await demoToken(folder);
  const log = pino({ level: flags.verbose ? 'info' : 'fatal' }, pino.destination(2));
  const configure = (port: string | undefined): Config =>
    loadConfig(
      environmentWith({
        ZOO_DATA_DIR: folder,
        ZOO_ADMIN_TOKEN: token,
        ZOO_HOST: '127.0.0.1',
        ...(port === undefined ? {} : { ZOO_PORT: port }),
        ZOO_EMBEDDED_WORKER: 'true',
        // The demo is the embedded default, whatever else is configured here.
        DATABASE_URL: '',
        S3_ENDPOINT: '',
      }),
    );
  try {
    return { running: await serve(configure(flags.port), log), token };
  } catch (error) {
    if (!(error instanceof ZooError && error.code === 'PORT_IN_USE') || flags.port !== undefined) throw error;
    return { running: await serve(configure('0'), log), token };
  }
}

/** The admin token of the demo's own zoo, kept beside its data so that running it again can get in. */
async function demoToken(folder: string): Promise<string> {
  const file = join(folder, 'demo-token');
  await mkdir(folder, { recursive: true });
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const token = `zoo_${randomBytes(32).toString('base64url')}`;
    await writeFile(file, `${token}\n`, { mode: 0o600 });
    return token;
  }
}
