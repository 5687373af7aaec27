import type { EngineWish } from '../../learning/training/engines/engine-wish.js';
import { chooseEngine } from '../../learning/training/engines/choose-engine.js';
import { ZooError } from '../../errors.js';
import type { EngineReport } from '../worker/probe-engine.js';

/**
 * The process that finds out which engine trains here: it loads what a job would load, in the environment of a job, so
 * that neither the server nor the worker has to.
 */
process.once('message', (wish) => {
  void report(wish as EngineWish).then((answer) => {
    process.send?.(answer, undefined, {}, () => process.exit(0));
  });
});

async function report(wish: EngineWish): Promise<EngineReport> {
  try {
    const { engine, passedOver } = await chooseEngine(wish);
    const { name, version, device } = engine;
    return { chosen: { name, version, device }, passedOver };
  } catch (error) {
    return {
      passedOver: passedOverIn(error),
      failure: error instanceof Error ? error.message : String(error),
    };
  }
}

function passedOverIn(error: unknown): EngineReport['passedOver'] {
  const details = error instanceof ZooError ? error.details : undefined;
  return (details?.['passedOver'] ?? []) as EngineReport['passedOver'];
}
