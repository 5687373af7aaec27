import { ZooError } from '../../errors.js';
import { hashBytes } from '../../learning/sha256.js';
import { composeClassifier } from '../../learning/tfjs-layers/compose-classifier.js';
import type { ModelFiles } from '../../learning/tfjs-layers/model-files.js';
import type { LoadedModel } from '../../learning/tfjs-layers/network.js';
import { decodeWeight } from '../../learning/tfjs-layers/stored-weight.js';
import type { FitRecord } from './fit-strategy.js';
import type { BaseModel } from './run-inputs.js';

/**
 * Refuses a model that is said to be a linear classifier on the frozen base and is something else: its head put on the
 * base anew must give the same files. Then, and only then, features of the base are features of this model.
 *
 * @throws ZooError STRATEGY_BASE_CHANGED
 */
export async function requireLinearOnBase(
  published: LoadedModel,
  { cut, activation }: Pick<FitRecord, 'cut' | 'activation'>,
  { files, baseAt, classes }: { files: ModelFiles; baseAt: BaseModel['baseAt']; classes: string[] },
): Promise<void> {
  const [kernel, bias] = published.layers.at(-1)?.weights ?? [];
  if (cut === null || kernel === undefined || bias === undefined)
    throw changed('it does not end in a linear classifier');
  const head = { weights: decodeWeight(kernel), bias: decodeWeight(bias) };
  const expected = composeClassifier(await baseAt(cut.inputSize), { cut, activation, ...head }, classes);
  for (const { path, bytes } of expected.files) {
    const found = await files.read(path).catch(() => undefined);
    if (found === undefined || hashBytes(found) !== hashBytes(bytes)) {
      throw changed(`its ${path} is not what the base and its head give`);
    }
  }
}

function changed(how: string): ZooError {
  return new ZooError(
    'STRATEGY_BASE_CHANGED',
    `The result is said to be a linear classifier on the frozen base model, but ${how}. A strategy that changes layers of ` +
      'the base returns a result of kind fine-tuned. Nothing was published.',
  );
}
