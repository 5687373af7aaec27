import type { AdvisableStrategy } from '../../advisor/recommend/recommend-input.js';
import { ZooError } from '../../errors.js';
import type { Zoo } from '../../zoo/zoo.js';
import { checkedParameters, type Base, type Data } from '../launch/check-fine-tune.js';
import { strategyCatalogue, type CatalogueEntry } from '../strategies/strategy-catalogue.js';

/** Every strategy that can be launched, asked beforehand whether it suits each of the models. */
export async function advisableStrategies(
  zoo: Zoo,
  models: readonly Base[],
  data: Data,
): Promise<AdvisableStrategy[]> {
  const catalogue = await strategyCatalogue(zoo);
  const entries = catalogue.names.flatMap((name) => catalogue.versionsOf(name)[0] ?? []);
  const strategies: AdvisableStrategy[] = [];
  for (const entry of entries) {
    const { name, version, estimates } = entry.announcement;
    const reasons = new Map<object, readonly string[]>();
    for (const model of models) reasons.set(model.manifest, await reasonsAgainst(entry, model, data));
    strategies.push({
      name,
      version: entry.installed?.origin.kind === 'built-in' ? null : version,
      estimates,
      check: (base) => reasons.get(base) ?? [],
    });
  }
  return strategies;
}

/** Why the strategy cannot run on a model with its defaults; empty where it can. */
async function reasonsAgainst(entry: CatalogueEntry, model: Base, data: Data): Promise<string[]> {
  try {
    await checkedParameters(entry, {}, model, data);
    return [];
  } catch (error) {
    if (error instanceof ZooError) return error.message.split('\n');
    throw error;
  }
}

/** The parameters as a job would carry them; null where the strategy cannot be asked or refuses them. */
export async function launchedParameters(
  zoo: Zoo,
  { strategy, strategyVersion, parameters }: LaunchedLine,
  model: Base,
  data: Data,
): Promise<Record<string, unknown> | null> {
  const entry = (await strategyCatalogue(zoo)).find(strategy, strategyVersion ?? undefined);
  if (entry === undefined) return null;
  try {
    return await checkedParameters(entry, parameters, model, data);
  } catch (error) {
    if (error instanceof ZooError) return null;
    throw error;
  }
}

interface LaunchedLine {
  strategy: string;
  strategyVersion: string | null;
  parameters: Record<string, unknown>;
}
