/**
 * Reads what the doors for strategies export (the `exports` of package.json), from the declarations in dist: their report, as
 * text for reviews, and their documentation.
 */
import { CompilerState, Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { ApiModel } from '@microsoft/api-extractor-model';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const packageJson = join(root, 'package.json');

/**
 * One entry per door: its name as it is imported, its report, and its documented members.
 *
 * @throws Error where a door uses a type that no door exports: nobody could name it.
 */
export function readPluginApi() {
  const { name, exports } = JSON.parse(readFileSync(packageJson, 'utf8'));
  const doors = Object.entries(exports)
    .filter(([, target]) => target.types !== undefined)
    .map(([path, target]) => ({ name: path.replace('.', name), types: join(root, target.types) }));
  const folder = mkdtempSync(join(tmpdir(), 'plugin-api-'));
  try {
    const configs = doors.map(({ types }, index) => extractorConfig(types, folder, index));
    const compilerState = CompilerState.create(configs[0], {
      additionalEntryPoints: doors.slice(1).map(({ types }) => types),
    });
    const unexported = [];
    const read = doors.map((door, index) => {
      Extractor.invoke(configs[index], {
        compilerState,
        localBuild: true,
        messageCallback(message) {
          const isFailure = message.logLevel === 'error' || message.messageId === 'ae-forgotten-export';
          if (message.messageId === 'ae-forgotten-export') {
            unexported.push({ door: door.name, type: /symbol "(\w+?)(_\d+)?"/.exec(message.text)[1] });
          } else if (isFailure) {
            throw new Error(`${door.name}: ${message.text}`);
          }
          message.handled = true;
        },
      });
      const [entry] = new ApiModel().loadPackage(join(folder, `${index}.api.json`)).entryPoints;
      return { name: door.name, report: reportOf(join(folder, `${index}.api.md`)), members: entry.members };
    });
    const exported = new Set(read.flatMap(({ members }) => members.map((member) => member.displayName)));
    const nameless = unexported.filter(({ type }) => !exported.has(type));
    if (nameless.length > 0) {
      const list = nameless.map(({ door, type }) => `${type} (in ${door})`).join(', ');
      if (!process.env.LAX)
        throw new Error(`No door exports these types, which others there are made of: ${list}.`);
    }
    return read;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function extractorConfig(types, folder, index) {
  const quiet = { logLevel: 'none' };
  return ExtractorConfig.prepare({
    packageJsonFullPath: packageJson,
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: root,
      newlineKind: 'lf',
      mainEntryPointFilePath: types,
      compiler: {
        overrideTsconfig: {
          extends: join(root, 'tsconfig.json'),
          compilerOptions: {
            incremental: false,
            tsBuildInfoFile: null,
            typeRoots: [join(root, 'node_modules/@types')],
          },
          files: [types],
          include: [],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: `${index}`,
        reportFolder: folder,
        reportTempFolder: join(folder, 'temp'),
      },
      docModel: { enabled: true, apiJsonFilePath: join(folder, `${index}.api.json`) },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: 'error' } },
        extractorMessageReporting: {
          default: quiet,
          'ae-forgotten-export': { logLevel: 'warning' },
        },
        tsdocMessageReporting: { default: quiet },
      },
    },
  });
}

/** The declarations in a report, without the frame around them. */
function reportOf(file) {
  return /```ts\n([^]*)\n```/.exec(readFileSync(file, 'utf8'))[1].trim();
}
