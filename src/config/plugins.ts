import { join, resolve } from 'node:path';
import { z } from 'zod';
import { text, yesOrNo } from './variable-kinds.js';

/** A package name, or a folder that begins with `.` or `/`. */
const listed = /^(@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*$|^\.{0,2}\/[^,]*$|^\.{1,2}$/;
const accepted =
  'names of packages, or folders that begin with / or ./, with commas between them, such as my-strategy,./other-strategy';

/** Where strategies come from besides those that are built in. */
export const pluginVariables = {
  ZOO_PLUGINS_DIR: text
    .optional()
    .describe(
      'folder of the strategy packages that `zoo plugin add` installs; `plugins` in the data folder by default',
    ),
  ZOO_PLUGINS: z
    .string()
    .transform((value) => value.split(',').map((name) => name.trim()))
    .refine((names) => names.every((name) => listed.test(name)), accepted)
    .optional()
    .describe('strategy packages that come with the installation: package names or folders, comma-separated'),
  ZOO_PLUGIN_PERMISSIONS: yesOrNo
    .prefault('true')
    .describe(
      'whether strategies fit under Node’s permission model: no processes, no files but their own; false where native code of theirs cannot',
    ),
};

export interface PluginsConfig {
  /** Folder of installed strategy packages, absolute. */
  readonly folder: string;
  /** Names of packages, and folders, absolute. */
  readonly listed: readonly string[];
  /** Whether strategies fit under Node's permission model. */
  readonly permissions: boolean;
}

export function pluginsConfig(
  value: z.output<z.ZodObject<typeof pluginVariables>>,
  dataDirectory: string,
): PluginsConfig {
  return {
    folder: resolve(value.ZOO_PLUGINS_DIR ?? join(dataDirectory, 'plugins')),
    listed: (value.ZOO_PLUGINS ?? []).map((name) => (/^[./]/.test(name) ? resolve(name) : name)),
    permissions: value.ZOO_PLUGIN_PERMISSIONS,
  };
}
