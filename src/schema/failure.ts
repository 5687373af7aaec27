import { createUnionType, Field, ObjectType, registerEnumType, type ClassType } from 'type-graphql';
import { GraphQLJSON, GraphQLJSONObject } from 'graphql-scalars';
import { errorCodes, type ErrorCode } from '../error-codes.js';
import { ZooError, type Problem } from '../errors.js';

/** The error codes as a GraphQL enum. */
export const ErrorCodeEnum = Object.fromEntries(Object.keys(errorCodes).map((code) => [code, code])) as {
  [Code in ErrorCode]: Code;
};
registerEnumType(ErrorCodeEnum, {
  name: 'ErrorCode',
  description: 'Stable codes of what can go wrong; they never change their meaning.',
  valuesConfig: Object.fromEntries(
    Object.entries(errorCodes).map(([code, { meaning }]) => [code, { description: meaning }]),
  ),
});

@ObjectType('Problem', {
  description: 'One thing that is wrong with an input.',
  simpleResolvers: true,
})
export class ProblemType implements Problem {
  @Field(() => String, {
    description: 'Where in the input, for example `parameters.C`; empty for the whole.',
  })
  path: string;
  @Field(() => String, { description: 'What arrived, what is accepted there and what to do.' })
  message: string;
  @Field(() => GraphQLJSON, { nullable: true, description: 'What arrived; null where nothing did.' })
  value?: unknown;
  @Field(() => String, { nullable: true, description: 'What is accepted there, in words.' })
  accepted?: string;
}

/** How a mutation says that it could not be done, for reasons a client can act on. */
@ObjectType('Failure', {
  description: 'A mutation that was not carried out, for a reason you can act on. Nothing was changed.',
  simpleResolvers: true,
})
export class Failure {
  @Field(() => ErrorCodeEnum, { description: 'Stable code of the reason.' })
  code: ErrorCode;
  @Field(() => String, { description: 'What arrived, what was expected and what to do.' })
  message: string;
  @Field(() => [ProblemType], {
    description: 'Every problem of the input at once; empty where the code says it all.',
  })
  problems: Problem[];
  @Field(() => GraphQLJSONObject, { description: 'Machine-readable facts beside the message.' })
  details: Record<string, unknown>;

  static of(error: ZooError): Failure {
    const { problems, ...details } = error.details;
    return Object.assign(new Failure(), {
      code: error.code,
      message: error.message,
      problems: Array.isArray(problems) ? (problems as Problem[]) : [],
      details,
    });
  }
}

/** True for what a client can act on. Faults of the server are no results: they surface as errors. */
export function isExpected(error: unknown): error is ZooError {
  return error instanceof ZooError && (error.httpStatus < 500 || error.code === 'DISK_NEARLY_FULL');
}

/**
 * The result of a mutation, `<Name>Result = <Name>Payload | Failure`. The resolver returns the payload or throws a
 * ZooError; `build-schema` turns the thrown into a `Failure`.
 *
 * @param name of the mutation, capitalised: `CreateModel`.
 */
export function resultOf<Payload extends object>(name: string, payload: () => ClassType<Payload>) {
  return createUnionType({
    name: `${name}Result`,
    description: `What comes of \`${name.charAt(0).toLowerCase()}${name.slice(1)}\`: its payload, or a \`Failure\` that says why not.`,
    types: () => [payload(), Failure] as const,
    resolveType: (value) => (value instanceof Failure ? Failure : payload()),
  });
}
