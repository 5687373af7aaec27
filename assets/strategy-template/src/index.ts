import {
  checkInputSize,
  checkTask,
  defineStrategy,
  describeUnknownLayer,
  inputSizeParameter,
  z,
} from 'modelzoo/plugin';

/** What a launcher can set: every field says what it is, and has a default or may be left out. */
const parameters = z.object({
  layer: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({
      title: 'Layer',
      description:
        'Name of the layer after which the network is cut; its output is the features. Left out: the last one that ' +
        'still has height and width.',
    }),
  penalty: z
    .number()
    .min(1e-6)
    .max(1e6)
    .default(1)
    .meta({
      title: 'Penalty',
      description:
        'How strongly large weights are held down, in units of the mean variance of a feature. More suits few pictures.',
    }),
  inputSize: inputSizeParameter,
});

export type Parameters = z.output<typeof parameters>;

/**
 * Ridge regression on the features of the frozen network: one linear equation, solved exactly.
 *
 * This module is read to list the strategy, so it imports nothing that trains; `fit.ts` does.
 */
export default defineStrategy({
  name: '{{name}}',
  version: '0.1.0',
  summary: 'Keeps the network as it is and solves a ridge regression from its features to the classes.',
  parameters,
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  // Every reason why it cannot run, before anything is queued. Quick and pure: no files, no waiting.
  check(base, data, { layer, inputSize }) {
    const cuts = base.cutPoints.map((cut) => cut.layer);
    const path = 'parameters.layer';
    return [
      ...checkTask('{{name}}', base, data),
      ...checkInputSize(base, inputSize),
      ...(cuts.length === 0 ? [{ path, message: 'The base model cannot be cut anywhere; choose another.' }] : []),
      ...(layer === undefined || cuts.length === 0 || cuts.includes(layer)
        ? []
        : [{ path, message: describeUnknownLayer('layer', layer, cuts) }]),
    ];
  },
  load: () => import('./fit.js'),
});
