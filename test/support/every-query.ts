import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';

/** Values for required arguments, by their name; each is tried. A required argument without any fails the test that asks. */
export type ArgumentValues = Record<string, string[]>;

/**
 * A query for every field of Query, each with everything it reaches: all fields of all types, `depth` levels down. It is
 * made from the schema, so a field that somebody adds is asked too.
 */
export function everyQuery(
  schema: GraphQLSchema,
  values: ArgumentValues,
  depth: number,
): Map<string, string[]> {
  const queries = new Map<string, string[]>();
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
    const selection = selectionOf(schema, getNamedType(field.type), values, depth);
    const calls = argumentLists(field, values).map((list) => `{ ${field.name}${list} ${selection} }`);
    queries.set(field.name, calls);
  }
  return queries;
}

function selectionOf(
  schema: GraphQLSchema,
  type: GraphQLNamedType,
  values: ArgumentValues,
  depth: number,
): string {
  if (!isCompositeType(type)) return '';
  if (isAbstractType(type)) {
    const parts = schema
      .getPossibleTypes(type)
      .map((each) => `... on ${each.name} ${selectionOf(schema, each, values, depth)}`);
    return `{ __typename ${parts.join(' ')} }`;
  }
  if (!isObjectType(type)) return '{ __typename }';
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const named = getNamedType(field.type);
    if (isCompositeType(named) && depth <= 0) return [];
    const [list = ''] = argumentLists(field, values);
    // Fields of one name in several fragments may differ in type; an alias per type keeps them apart.
    return [
      `${type.name}_${field.name}: ${field.name}${list} ${selectionOf(schema, named, values, depth - 1)}`,
    ];
  });
  return `{ __typename ${fields.join(' ')} }`;
}

function argumentLists(field: GraphQLField<unknown, unknown>, values: ArgumentValues): string[] {
  const named = field.args.filter(
    (argument) => values[argument.name] !== undefined || isNonNullType(argument.type),
  );
  const needed = named.filter(
    (argument) => isNonNullType(argument.type) && argument.defaultValue === undefined,
  );
  for (const argument of needed) {
    if (values[argument.name] === undefined) {
      throw new Error(`no value for the argument ${argument.name} of ${field.name}: add one to the test`);
    }
  }
  const count = Math.max(1, ...named.map((argument) => values[argument.name]?.length ?? 0));
  const lists = Array.from({ length: count }, (_, index) => {
    const given = named.flatMap((argument) => {
      const options = values[argument.name];
      return options === undefined ? [] : [`${argument.name}: ${options[index % options.length]}`];
    });
    return given.length === 0 ? '' : `(${given.join(', ')})`;
  });
  return [...new Set(lists)];
}
