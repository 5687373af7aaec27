import { loadStrategies, type LoadedStrategies } from '../../plugins/loader.js';

let loading: Promise<LoadedStrategies> | undefined;

/** The strategies of this installation, loaded once. */
export function installedStrategies(): Promise<LoadedStrategies> {
  return (loading ??= loadStrategies());
}
