import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { EngineName } from '../learning/training/engines/training-engine.js';
import { text } from './variable-kinds.js';

/** What `ZOO_ENGINE` may say. */
const engineChoices = ['auto', 'onnxruntime', 'tfjs-node-gpu', 'tfjs-node', 'tfjs-cpu'] as const satisfies (
  'auto' | EngineName
)[];

/** What trains networks, and what it needs to find. */
export const engineVariables = {
  ZOO_ENGINE: z
    .enum(engineChoices, `${engineChoices.slice(0, -1).join(', ')} or ${engineChoices.at(-1)}`)
    .default('auto')
    .describe('what trains networks: auto takes a GPU where there is one, else ONNX Runtime'),
  ZOO_TFJS_ADDON_DIR: text
    .optional()
    .describe(
      'folder that scripts/build-tfjs-addon.mjs built into; model-zoo/tfjs-addon in the user’s cache by default',
    ),
  XDG_CACHE_HOME: text.optional().describe('the user’s cache folder; ~/.cache by default'),
  CUDA_VISIBLE_DEVICES: z
    .string()
    .regex(/^[\w,./:-]+$/, 'numbers or names of GPUs with commas between them, as CUDA takes them')
    .optional()
    .describe('GPUs that jobs may use; passed on to them'),
  NVIDIA_TF32_OVERRIDE: z
    .literal('0', '0, or nothing')
    .optional()
    .describe('0 makes a GPU multiply in full float32, slower, instead of TF32; passed on to jobs'),
  LD_LIBRARY_PATH: text
    .optional()
    .describe('where a GPU’s driver is, when the system does not know; passed on to jobs'),
};

export interface EngineConfig {
  readonly wanted: (typeof engineChoices)[number];
  /** Where the tfjs addon is looked for, besides the packages installed with the zoo. */
  readonly addonFolder: string;
  /** What else of the environment the processes of jobs see: what a GPU needs, and nothing secret. */
  readonly environment: Readonly<Record<string, string>>;
}

export function engineConfig(value: z.output<z.ZodObject<typeof engineVariables>>): EngineConfig {
  const cache = value.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const { CUDA_VISIBLE_DEVICES, NVIDIA_TF32_OVERRIDE, LD_LIBRARY_PATH } = value;
  return {
    wanted: value.ZOO_ENGINE,
    addonFolder: resolve(value.ZOO_TFJS_ADDON_DIR ?? join(cache, 'model-zoo', 'tfjs-addon')),
    environment: {
      ...(CUDA_VISIBLE_DEVICES !== undefined && { CUDA_VISIBLE_DEVICES }),
      ...(NVIDIA_TF32_OVERRIDE !== undefined && { NVIDIA_TF32_OVERRIDE }),
      ...(LD_LIBRARY_PATH !== undefined && { LD_LIBRARY_PATH }),
    },
  };
}
