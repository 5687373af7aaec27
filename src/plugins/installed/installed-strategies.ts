import type { ErrorCode } from '../../error-codes.js';
import type { Problem } from '../../errors.js';
import type { ModelManifest } from '../../learning/model-manifest.js';
import type { StrategyAnnouncement } from '../announce.js';
import type { DataSummary } from '../contract.js';
import type { ParameterProblem } from '../parameters/validate-parameters.js';
import type { StrategyOrigin } from '../packages/strategy-package.js';

/** The strategies of this installation: those that come with it, and those of the packages that its operator added. */
export interface InstalledStrategies {
  /** By name, and of one name the newest first. */
  all: InstalledStrategy[];
  /** Packages that gave no usable strategy, and why. The others work all the same. */
  refused: RefusedPackage[];
  /** The newest that fits where version or digest are left out. */
  find(name: string, version?: string, digest?: string): InstalledStrategy | undefined;
  /** Another text whenever `all` is another: what a worker has announced is out of date then. */
  revision: string;
}

/** One strategy, ready to be asked. Nothing here loads what trains, and no code of a package runs in this process. */
export interface InstalledStrategy {
  announcement: StrategyAnnouncement;
  origin: StrategyOrigin;
  /**
   * The parameters with their defaults, or everything that is wrong with them at once.
   *
   * @param raw as a caller sent them
   * @throws ZooError PLUGIN_TIMED_OUT, PLUGIN_PROCESS_DIED, PLUGIN_ANSWER_INVALID and what an import can end in, where the
   *   package itself fails
   */
  validate(raw: unknown): Promise<ParametersAnswer>;
  /**
   * Every reason why it cannot run on this model and data set.
   *
   * @throws ZooError as `validate`
   */
  check(base: ModelManifest, data: DataSummary, parameters: Record<string, unknown>): Promise<Problem[]>;
}

export type ParametersAnswer =
  | { value: Record<string, unknown>; problems?: undefined }
  | { value?: undefined; problems: ParameterProblem[] };

export interface RefusedPackage {
  /** Package and version, or what the configuration lists. */
  source: string;
  code: ErrorCode;
  reason: string;
}
