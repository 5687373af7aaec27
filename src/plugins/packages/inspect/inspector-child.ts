import { ZooError } from '../../../errors.js';
import { redact } from '../../../redact.js';
import { announce } from '../../announce.js';
import type { Strategy } from '../../contract.js';
import { validateParameters } from '../../parameters/validate-parameters.js';
import { importStrategy } from '../import-strategy.js';
import { checkAnswer, type Description, type FromInspector, type ToInspector } from './inspector-protocol.js';

/**
 * The process in which a package's metadata is imported and asked, so that the server need not: no credential, nothing to
 * write to, little memory, and killed when an answer takes too long.
 */

/** Taken before anything of the package runs. */
const sendMessage = process.send?.bind(process);
let strategy: Promise<Strategy> | undefined;

process.on('disconnect', () => process.exit(1));
process.on('uncaughtException', (error) => void fault(error));
process.on('unhandledRejection', (error) => void fault(error));
process.on('message', (message) => void answer(message as ToInspector));

void send({ type: 'ready' });

async function answer({ id, origin, question }: ToInspector): Promise<void> {
  try {
    strategy ??= importStrategy(origin);
    const answer = ask(await strategy, origin.identity, question);
    // What the import left to nobody is heard of before the answer.
    await new Promise((resolve) => setImmediate(resolve));
    await send({ type: 'answer', id, answer });
  } catch (error) {
    await send({
      type: 'refused',
      id,
      code: error instanceof ZooError ? error.code : 'PLUGIN_ANSWER_INVALID',
      message: messageOf(error).slice(0, 20_000),
    });
  }
}

function ask(
  strategy: Strategy,
  identity: ToInspector['origin']['identity'],
  question: ToInspector['question'],
): unknown {
  switch (question.type) {
    case 'describe': {
      const {
        package: _,
        contract: __,
        ...description
      } = announce(strategy, { package: identity, contract: '' });
      return description satisfies Description;
    }
    case 'validate':
      return validateParameters(strategy, question.raw);
    case 'check':
      return checkProblems(strategy.check(question.base, question.data, question.parameters));
  }
}

function checkProblems(answered: unknown): unknown {
  const parsed = checkAnswer.safeParse(answered);
  if (parsed.success) return parsed.data;
  throw new ZooError(
    'PLUGIN_ANSWER_INVALID',
    'its check answers with something that is no list of { path, message }',
  );
}

async function fault(error: unknown): Promise<void> {
  await send({ type: 'fault', message: messageOf(error).slice(0, 1000) });
  process.exit(1);
}

function messageOf(error: unknown): string {
  return redact(error instanceof Error ? error.message : String(error));
}

/** Resolves when the message is on its way, so that an exit right after does not lose it. */
function send(message: FromInspector): Promise<void> {
  return new Promise((resolve) => {
    if (sendMessage === undefined || !process.connected) resolve();
    else sendMessage(message, undefined, {}, () => resolve());
  });
}
