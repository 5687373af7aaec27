import { expectationSelection, type Expectation } from '../client/advice.js';
import { requireDatasetVersion } from '../client/find-dataset.js';
import { requireModelVersion } from '../client/find-model.js';
import { graphqlRequest } from '../client/graphql-request.js';
import type { CommandContext } from '../command-context.js';
import { formatExpectation } from '../output/advice-report.js';
import { parseReference, parseStrategy } from '../reference.js';
import { parseParameters } from './fine-tune.js';

export interface EstimateFlags {
  base: string;
  dataset: string;
  strategy: string;
  set: string[];
}

type Basis = 'ADVICE' | 'PROFILE' | 'MANIFEST';

const query = `query Estimate($input: EstimateInput!) {
  estimate(input: $input) { basis ${expectationSelection} }
}`;

/** `zoo estimate`: what a fine-tune would cost and come to, without launching anything. */
export async function estimate({ connection, output }: CommandContext, flags: EstimateFlags): Promise<void> {
  const strategy = parseStrategy(flags.strategy);
  const parameters = parseParameters(flags.set);
  const [base, dataset] = await Promise.all([
    requireModelVersion(connection, parseReference(flags.base)),
    requireDatasetVersion(connection, parseReference(flags.dataset)),
  ]);
  const { estimate: expected } = await graphqlRequest<{ estimate: Expectation & { basis: Basis } }>(
    connection,
    query,
    {
      input: {
        baseVersionId: base.version.id,
        datasetVersionId: dataset.version.id,
        strategy: strategy.name,
        strategyVersion: strategy.version,
        parameters,
      },
    },
  );
  output.document(expected);
  output.line(`${strategy.name} on ${flags.base} for ${flags.dataset}, if it was launched now:`);
  output.line(formatExpectation(expected));
  output.note(`\nThis rests on ${basisInWords[expected.basis]}`);
}

const basisInWords: Readonly<Record<Basis, string>> = {
  ADVICE: 'an advice of yours, which measured the model on these pictures.',
  PROFILE: 'the transfer profile of the model, which has these pictures.',
  MANIFEST:
    'the sizes of model and data set alone: nothing was measured of the two. `zoo advise` measures it.',
};
