import { ZooError } from '../../../errors.js';
import { ownFunctionsOf } from './check-own-functions.js';
import { engineNames, type EngineStanding, type EngineWish } from './engine-wish.js';
import { openEngine } from './open-engine.js';
import type { EngineName, TrainingEngine, TrainingSpec, TrainingStep } from './training-engine.js';

/** An engine that is there, and why those that were tried before it are not. */
export interface ChosenEngine {
  engine: TrainingEngine;
  passedOver: { name: EngineName; reason: string; remedy: string }[];
}

/** A network ready to train, and the engine it trains on. */
export interface CompiledTraining {
  engine: TrainingEngine;
  step: TrainingStep;
}

/** How an engine is opened; tests put their own in its place. */
export type OpenEngine = (name: EngineName, wish: EngineWish) => Promise<EngineStanding>;

/**
 * Takes the engine that is wanted, or the fastest that is there.
 *
 * @throws ZooError ENGINE_UNAVAILABLE when the one that is wanted is not there
 */
export async function chooseEngine(wish: EngineWish, open: OpenEngine = openEngine): Promise<ChosenEngine> {
  const passedOver: ChosenEngine['passedOver'] = [];
  for (const name of candidates(wish)) {
    const standing = await open(name, wish);
    if ('engine' in standing) return { engine: standing.engine, passedOver };
    passedOver.push({ name, ...standing });
  }
  throw unavailable(wish, passedOver);
}

/**
 * Prepares a training on the wanted engine; with `auto`, on the fastest that can run all its layers. What is written to
 * `log` says which engine it is and, where a faster one was passed over because of a layer, why.
 *
 * @throws ZooError ENGINE_UNAVAILABLE; TRAINING_LAYER_UNSUPPORTED when no engine there can run the network
 */
export async function compileOnBest(
  spec: TrainingSpec,
  wish: EngineWish,
  log: (message: string) => void,
  open: OpenEngine = openEngine,
): Promise<CompiledTraining> {
  const passedOver: ChosenEngine['passedOver'] = [];
  let unsupported: ZooError | undefined;
  for (const name of candidates(wish)) {
    const standing = await open(name, wish);
    if (!('engine' in standing)) {
      passedOver.push({ name, ...standing });
      continue;
    }
    const { engine } = standing;
    try {
      const step = await engine.compile(spec);
      log(`Training on ${name}: ${engine.device}.`);
      if (engine.notice !== undefined) log(engine.notice);
      return { engine, step };
    } catch (error) {
      if (!(error instanceof ZooError && error.code === 'TRAINING_LAYER_UNSUPPORTED')) throw error;
      log(`${name} cannot train this network. ${error.message}${mayBeOwn(spec, error)}`);
      unsupported = error;
    }
  }
  throw unsupported ?? unavailable(wish, passedOver);
}

/** Where an operation that an engine lacks may come from. */
function mayBeOwn(spec: TrainingSpec, { message }: ZooError): string {
  const own = ownFunctionsOf(spec);
  if (own.length === 0 || message.includes("strategy's own")) return '';
  return ` It may be the strategy's own ${own.join(' or ')} that needs it.`;
}

function candidates({ wanted }: EngineWish): readonly EngineName[] {
  return wanted === 'auto' ? engineNames : [wanted];
}

function unavailable({ wanted }: EngineWish, passedOver: ChosenEngine['passedOver']): ZooError {
  const each = passedOver.map(({ name, reason, remedy }) => `${name}: ${reason} ${remedy}`).join(' ');
  return new ZooError(
    'ENGINE_UNAVAILABLE',
    wanted === 'auto'
      ? `No engine is there to train with. ${each}`
      : `ZOO_ENGINE asks for ${each} ZOO_ENGINE=auto takes what is there.`,
    { passedOver },
  );
}
