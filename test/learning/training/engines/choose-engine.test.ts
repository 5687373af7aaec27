import { describe, expect, it } from 'vitest';
import { ZooError } from '../../../../src/errors.js';
import {
  chooseEngine,
  compileOnBest,
  type OpenEngine,
} from '../../../../src/learning/training/engines/choose-engine.js';
import { engineNames, type EngineStanding } from '../../../../src/learning/training/engines/engine-wish.js';
import type {
  EngineName,
  TrainingEngine,
  TrainingStep,
} from '../../../../src/learning/training/engines/training-engine.js';
import { tinySpec } from './tiny-training.js';

const auto = { wanted: 'auto', threads: 1 } as const;
const step = {} as TrainingStep;

/** A machine with these engines; those in `cannot` have no idea of a layer. */
function machine(there: EngineName[], cannot: EngineName[] = []): OpenEngine & { opened: EngineName[] } {
  const opened: EngineName[] = [];
  const engine = (name: EngineName): TrainingEngine => ({
    name,
    version: `${name}@1.0.0`,
    device: 'a test',
    ...(name === 'tfjs-cpu' && { notice: 'The last resort.' }),
    compile: () =>
      cannot.includes(name)
        ? Promise.reject(new ZooError('TRAINING_LAYER_UNSUPPORTED', 'Layer up (UpSampling2D) is unknown.'))
        : Promise.resolve(step),
  });
  const open = (name: EngineName): Promise<EngineStanding> => {
    opened.push(name);
    return Promise.resolve(
      there.includes(name) ? { engine: engine(name) } : { reason: `No ${name} here.`, remedy: 'Install it.' },
    );
  };
  return Object.assign(open, { opened });
}

describe('chooseEngine', () => {
  it.each([
    [['tfjs-node-gpu', 'onnxruntime', 'tfjs-node', 'tfjs-cpu'], 'tfjs-node-gpu'],
    [['onnxruntime', 'tfjs-node', 'tfjs-cpu'], 'onnxruntime'],
    [['tfjs-node', 'tfjs-cpu'], 'tfjs-node'],
    [['tfjs-cpu'], 'tfjs-cpu'],
  ] as [EngineName[], EngineName][])('takes, of %s, %s', async (there, expected) => {
    const { engine, passedOver } = await chooseEngine(auto, machine(there));
    expect(engine.name).toBe(expected);
    expect(passedOver.map(({ name }) => name)).toEqual(engineNames.slice(0, engineNames.indexOf(expected)));
    expect(passedOver.every(({ reason, remedy }) => reason !== '' && remedy !== '')).toBe(true);
  });

  it('loads no engine beyond the one that it takes', async () => {
    const open = machine(['onnxruntime', 'tfjs-node', 'tfjs-cpu']);
    await chooseEngine(auto, open);
    expect(open.opened).toEqual(['tfjs-node-gpu', 'onnxruntime']);
  });

  it('takes the engine that is wanted though there is a faster one', async () => {
    const open = machine([...engineNames]);
    const { engine } = await chooseEngine({ ...auto, wanted: 'tfjs-cpu' }, open);
    expect(engine.name).toBe('tfjs-cpu');
    expect(open.opened).toEqual(['tfjs-cpu']);
  });

  it('refuses where the wanted one is not there, and says why and what to do', async () => {
    const refused = chooseEngine({ ...auto, wanted: 'tfjs-node-gpu' }, machine(['onnxruntime']));
    await expect(refused).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message:
        'ZOO_ENGINE asks for tfjs-node-gpu: No tfjs-node-gpu here. Install it. ZOO_ENGINE=auto takes what is there.',
    });
  });
});

describe('compileOnBest', () => {
  it('says in the log what the job trains on', async () => {
    const log: string[] = [];
    const compiled = await compileOnBest(
      await tinySpec(),
      auto,
      (line) => log.push(line),
      machine(['onnxruntime']),
    );
    expect(compiled.engine.name).toBe('onnxruntime');
    expect(log).toEqual(['Training on onnxruntime: a test.']);
  });

  it('goes on to the next engine with a layer that one cannot run, and says so', async () => {
    const log: string[] = [];
    const open = machine(['onnxruntime', 'tfjs-cpu'], ['onnxruntime']);
    const { engine } = await compileOnBest(await tinySpec(), auto, (line) => log.push(line), open);
    expect(engine.name).toBe('tfjs-cpu');
    expect(log).toEqual([
      'onnxruntime cannot train this network. Layer up (UpSampling2D) is unknown.',
      'Training on tfjs-cpu: a test.',
      'The last resort.',
    ]);
  });

  it('stays with an engine that is asked for by name, and hands its refusal on', async () => {
    const open = machine([...engineNames], ['onnxruntime']);
    const refused = compileOnBest(
      await tinySpec(),
      { ...auto, wanted: 'onnxruntime' },
      () => undefined,
      open,
    );
    await expect(refused).rejects.toMatchObject({ code: 'TRAINING_LAYER_UNSUPPORTED' });
    expect(open.opened).toEqual(['onnxruntime']);
  });
});
