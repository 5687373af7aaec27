import { describeCpu, describeGpus } from './describe-device.js';
import type { EngineStanding, EngineWish } from './engine-wish.js';
import { findPackage, loadTfjsNode, type TfjsNode, type TfjsNodePackage } from './tfjs/load-tfjs-node.js';
import { TfjsTrainingEngine } from './tfjs/tfjs-training-engine.js';
import type { EngineName } from './training-engine.js';

/**
 * Opens one engine, or says why it is not there. Never throws. What an engine needs is loaded here and not before, so
 * that a job carries one engine only.
 */
export async function openEngine(
  name: EngineName,
  wish: Omit<EngineWish, 'wanted'>,
): Promise<EngineStanding> {
  switch (name) {
    case 'onnxruntime':
      return openOnnxRuntime(wish.threads);
    case 'tfjs-node-gpu':
      return openTfjsNodeGpu(wish);
    case 'tfjs-node':
      return openTfjsNode(name, wish, (addon) => ({
        engine: onTensorflow(name, addon, describeCpu(wish.threads)),
      }));
    case 'tfjs-cpu':
      return openPlainTfjs();
  }
}

async function openOnnxRuntime(threads: number): Promise<EngineStanding> {
  try {
    await import('onnxruntime-node');
  } catch (error) {
    return {
      reason: `onnxruntime-node does not load (${error instanceof Error ? error.message.split('\n')[0] : String(error)}).`,
      remedy: 'Run `npm ci` on a system that it has a library for: Linux with glibc, macOS or Windows.',
    };
  }
  const { OnnxTrainingEngine } = await import('./onnx/onnx-training-engine.js');
  return { engine: new OnnxTrainingEngine(describeCpu(threads)) };
}

function openTfjsNodeGpu(wish: Omit<EngineWish, 'wanted'>): EngineStanding {
  const gpus = describeGpus();
  if (gpus === undefined) {
    return {
      reason: 'There is no NVIDIA GPU, or its driver is not loaded.',
      remedy: 'Run a worker on a machine that has one; in a container, pass the GPU on to it.',
    };
  }
  return openTfjsNode('tfjs-node-gpu', wish, (addon) =>
    addon.usesGpu
      ? { engine: onTensorflow('tfjs-node-gpu', addon, gpus) }
      : {
          reason: `TensorFlow ${addon.tensorflowVersion} cannot use ${gpus}.`,
          remedy:
            'Look at its messages in the worker’s log; often the driver is too old, or CUDA_VISIBLE_DEVICES hides the GPU.',
        },
  );
}

function openTfjsNode(
  name: TfjsNodePackage,
  { addonFolder }: Omit<EngineWish, 'wanted'>,
  then: (addon: TfjsNode) => EngineStanding,
): EngineStanding {
  const search = loadTfjsNode(name, addonFolder);
  if ('found' in search) return then(search.found);
  const variant = name === 'tfjs-node-gpu' ? 'gpu' : 'cpu';
  const again = findPackage(name, addonFolder) === undefined ? '' : ' once more';
  return {
    reason: `${search.missing}.`,
    remedy: `Build it${again} with \`node scripts/build-tfjs-addon.mjs ${variant}\`.`,
  };
}

function onTensorflow(name: TfjsNodePackage, addon: TfjsNode, device: string): TfjsTrainingEngine {
  const kind = addon.usesGpu ? 'gpu' : 'cpu';
  return new TfjsTrainingEngine({
    name,
    version: `${name}@${addon.version}/tensorflow-${addon.tensorflowVersion}/${kind}`,
    device,
    tf: addon.tf,
    backend: 'tensorflow',
    asGraph: true,
  });
}

async function openPlainTfjs(): Promise<EngineStanding> {
  const tf = await import('@tensorflow/tfjs-core');
  // It would advise, on standard error, to install what this engine stands in for.
  tf.enableProdMode();
  await import('@tensorflow/tfjs-backend-cpu');
  return {
    engine: new TfjsTrainingEngine({
      name: 'tfjs-cpu',
      version: `tfjs-backend-cpu@${tf.version_core}`,
      device: describeCpu(1),
      tf,
      backend: 'cpu',
      asGraph: false,
      notice:
        'This job trains in plain JavaScript on one thread, the last resort: many times slower than other engines. ' +
        '`zoo doctor` on the worker’s machine says why they are not there and how to get them.',
    }),
  };
}
