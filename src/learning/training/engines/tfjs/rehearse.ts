import { ZooError } from '../../../../errors.js';
import { gradientProgram } from '../../programs/gradient-program.js';
import { scoreProgram } from '../../programs/score-program.js';
import { updateProgram } from '../../programs/update-program.js';
import type { Tf } from '../../tensor-program.js';
import type { TrainingSpec } from '../training-engine.js';
import { onBackend } from './on-backend.js';

/**
 * Runs the programs on two rows of zeros. A layer that the backend has no kernel for shows here, before the first batch, and so
 * does a function of a strategy that gives something else than it should.
 *
 * @throws ZooError TRAINING_LAYER_UNSUPPORTED, TRAINING_FUNCTION_INVALID
 */
export function rehearse(
  { network, optimizer, loss, penalty, clipNorm }: TrainingSpec,
  tf: Tf,
  backend: string,
): void {
  const programs = [
    gradientProgram(network, rows, { loss }),
    updateProgram(network, optimizer, clipNorm, penalty),
    scoreProgram(network, rows),
  ];
  for (const program of programs) {
    try {
      onBackend(tf, backend, () => {
        const zeros = Object.entries(program.inputs).map(([name, { shape, dtype }]) => [
          name,
          tf.zeros(shape, dtype),
        ]);
        program.run(tf, Object.fromEntries(zeros));
        return {};
      });
    } catch (error) {
      throw asUnsupported(error, backend);
    }
  }
}

/** With one, a loss for each row could be taken for a scalar that was given an axis. */
const rows = 2;

/** tfjs and TensorFlow say by their messages only that they cannot run an operation. */
function asUnsupported(error: unknown, backend: string): unknown {
  const [said = ''] = (error instanceof Error ? error.message : '').split('\n');
  if (!/^Kernel '.+' not registered|^Invalid TF_Status/.test(said)) return error;
  return new ZooError(
    'TRAINING_LAYER_UNSUPPORTED',
    `The ${backend} backend of tfjs cannot run an operation of this network: ${said}`,
    { backend },
    { cause: error },
  );
}
