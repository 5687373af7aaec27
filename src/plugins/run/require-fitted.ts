import type { ErrorCode } from '../../error-codes.js';
import { ZooError } from '../../errors.js';
import type { ModelManifest } from '../../learning/model-manifest.js';
import type { FittedModel } from '../contract.js';

/**
 * Refuses what a strategy returned if it does not fit the base model and the classes, or holds NaN. A strategy may be
 * anybody's code, so nothing about its result is taken for granted. New weights of the base's layers are checked when
 * they are put into it, and a network of its own when it is loaded.
 *
 * @throws ZooError STRATEGY_RESULT_INVALID, STRATEGY_SHAPE_MISMATCH, STRATEGY_WEIGHTS_NOT_FINITE
 */
export function requireFitted(
  strategy: string,
  fitted: FittedModel,
  base: ModelManifest,
  numClasses: number,
): void {
  const refuse = (what: string, code: ErrorCode = 'STRATEGY_RESULT_INVALID'): never => {
    throw new ZooError(code, `${strategy} returned ${what}. Nothing was published.`);
  };
  if (typeof fitted !== 'object' || fitted === null) {
    refuse(`${fitted === null ? 'null' : typeof fitted} instead of a fitted model`);
  }
  const { kind } = fitted;
  if (kind !== 'linear-on-features' && kind !== 'fine-tuned' && kind !== 'whole-network') {
    refuse(
      `a result of kind ${JSON.stringify(kind)}; this zoo takes linear-on-features, fine-tuned and whole-network`,
    );
  }
  if (fitted.activation !== 'softmax' && fitted.activation !== 'linear') {
    refuse(
      `the activation ${JSON.stringify((fitted as FittedModel).activation)}; softmax and linear are known`,
    );
  }
  if (!isChoice(fitted.chosen)) {
    refuse('as chosen something that is no record of names with texts and numbers; {} will do');
  }
  if (fitted.kind === 'whole-network') {
    if (!areFiles(fitted.files)) refuse('as files something that is no list of { path, bytes }');
    return;
  }
  if (!base.cutPoints.some(({ layer }) => layer === fitted.cut?.layer)) {
    refuse(`the cut ${JSON.stringify(fitted.cut?.layer)}, which is no cut point of the base model`);
  }
  if (fitted.cut.pooling !== 'average' && fitted.cut.pooling !== 'flatten') {
    refuse(`the pooling ${JSON.stringify(fitted.cut.pooling)}; average and flatten are known`);
  }
  if (!(fitted.weights instanceof Float32Array) || !(fitted.bias instanceof Float32Array)) {
    refuse('weights or bias that are no Float32Array');
  }
  if (fitted.bias.length !== numClasses || fitted.weights.length % numClasses !== 0) {
    refuse(
      `${fitted.bias.length} biases and ${fitted.weights.length} weights, which do not make a classifier of ${numClasses} classes`,
      'STRATEGY_SHAPE_MISMATCH',
    );
  }
  const changed = fitted.kind === 'fine-tuned' ? fitted.changed : {};
  if (typeof changed !== 'object' || changed === null) refuse('no changed weights; {} stands for none');
  for (const [name, values] of Object.entries({ ...changed, weights: fitted.weights, bias: fitted.bias })) {
    if (!(values instanceof Float32Array)) refuse(`${name} as something that is no Float32Array`);
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) refuse(`${name} with ${values[at]} at position ${at}`, 'STRATEGY_WEIGHTS_NOT_FINITE');
  }
}

/** What the files hold is the strict loader's to say. */
function areFiles(files: unknown): boolean {
  return (
    Array.isArray(files) &&
    files.every(
      (file: unknown) =>
        typeof file === 'object' &&
        file !== null &&
        'path' in file &&
        typeof file.path === 'string' &&
        'bytes' in file &&
        file.bytes instanceof Uint8Array,
    )
  );
}

function isChoice(chosen: unknown): boolean {
  return (
    typeof chosen === 'object' &&
    chosen !== null &&
    Object.values(chosen).every((value) => typeof value === 'string' || typeof value === 'number')
  );
}
