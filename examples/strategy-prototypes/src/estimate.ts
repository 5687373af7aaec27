import { fitTemperature, probeCuts } from 'modelzoo/learning';
import type { Estimate, EstimateContext, FeatureCut, LabelledFeatures } from 'modelzoo/plugin';
import type { PrototypeParameters } from './index.js';
import { leaveOneOut } from './leave-one-out.js';

type Context = EstimateContext<PrototypeParameters>;

/** Computing features that are not there may take so long, of the minute that an estimate has. */
const mostSeconds = 30;

/** What a process with the engine in it needs before it has loaded anything. */
const processBytes = 350e6;

/** Of sums and products in plain JavaScript, as far as `fit` has any, each second. */
const operationsPerSecond = 2e8;

/** What the description of a layer takes in model.json. */
const bytesOfALayer = 700;

/**
 * Prototypes are the means of training pictures, and leaving one out is a subtraction: so the accuracy on pictures that they are
 * not made of is found without training anything, and without a picture held back.
 */
export async function estimate(context: Context): Promise<Estimate> {
  const { parameters, base, data, signal } = context;
  const { layer, inputSize, distance } = parameters;
  const cuts: FeatureCut[] =
    layer === undefined ? probeCuts(base, inputSize) : [{ layer, pooling: 'average', inputSize }];
  if (!areThere(context) && secondsFor(context, data.splits.train.imageCount) > mostSeconds) {
    return {
      accuracy: null,
      seconds: null,
      peakMemoryBytes: null,
      storedBytes: null,
      reason:
        'Features of this layer and size of pictures are not there, and take longer than an estimate may.',
    };
  }
  const features = await context.featuresAtCuts(cuts);
  const tried: Tried[] = [];
  for (const train of features) {
    const { scores, labels, right } = await leaveOneOut(train, data.classes.length, distance, signal);
    if (labels.length === 0) {
      return {
        ...costOf(context, features, train),
        accuracy: null,
        reason: 'No class has two pictures to leave one out.',
      };
    }
    tried.push({ train, asked: labels.length, right, ...fitTemperature(scores, labels) });
  }
  // `fit` chooses the layer in this way, by validation pictures.
  const best = tried.reduce((chosen, next) => (next.loss < chosen.loss ? next : chosen));
  return {
    ...costOf(context, features, best.train),
    accuracy: accuracyOf(best),
    reason: `Of ${best.asked} training pictures, left out one by one, the prototypes of the others name ${best.right}.`,
  };
}

/** Whether the advisor has computed these features already. */
function areThere({ base, parameters: { layer, inputSize } }: Context): boolean {
  if (inputSize !== undefined) return false;
  return layer === undefined || probeCuts(base, undefined).some((cut) => cut.layer === layer);
}

/** Prototypes at one layer: how many of the pictures asked they name right, and how sure they can be of it. */
interface Tried {
  train: LabelledFeatures;
  asked: number;
  right: number;
  loss: number;
}

/**
 * The share of right ones and its standard error. One right and one wrong picture are added first, since a share of all or
 * nothing is not sure.
 *
 * @see Agresti and Coull, "Approximate Is Better than 'Exact' for Interval Estimation of Binomial Proportions", 1998
 */
function accuracyOf({ right, asked }: Tried): Estimate['accuracy'] {
  const share = (right + 1) / (asked + 2);
  return { value: right / asked, standardError: Math.sqrt((share * (1 - share)) / (asked + 2)) };
}

function costOf(
  context: Context,
  features: readonly LabelledFeatures[],
  chosen: LabelledFeatures,
): Pick<Estimate, 'seconds' | 'peakMemoryBytes' | 'storedBytes'> {
  const { base, data } = context;
  const { train, validation } = data.splits;
  const classes = data.classes.length;
  const allDims = features.reduce((sum, { featureDim }) => sum + featureDim, 0);
  const missing = train.imageCount - chosen.rows + validation.imageCount;
  const operations = (train.imageCount + validation.imageCount * classes) * allDims;
  const featureBytes = 4 * allDims * (train.imageCount + validation.imageCount);
  return {
    seconds: 1 + secondsFor(context, missing) + operations / operationsPerSecond,
    // The network's weights lie there as read and as the engine has them; of the features there is a copy seen from the centre.
    peakMemoryBytes: processBytes + 8 * base.parameterCount + 2 * featureBytes,
    storedBytes: 4 * (chosen.featureDim + 1) * classes + bytesOfALayer * base.layers.length,
  };
}

/** What it takes to run pictures through the network, which counts pixels. */
function secondsFor({ base, parameters, picturesPerSecond }: Context, pictures: number): number {
  const { height, width } = base.input;
  const { inputSize } = parameters;
  const share = inputSize === undefined ? 1 : (inputSize * inputSize) / (height * width);
  return (pictures * share) / picturesPerSecond;
}
