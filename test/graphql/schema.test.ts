import { readFile } from 'node:fs/promises';
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
  type GraphQLArgument,
} from 'graphql';
import { expect, test } from 'vitest';
import { buildZooSchema } from '../../src/schema/build-schema.js';
import { nodeTypes } from '../../src/schema/node-types.js';
import { schemaText } from '../../src/schema/print-schema.js';

const schema = buildZooSchema();
const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);

test('schema.graphql is current; `npm run schema` writes it', async () => {
  const written = await readFile(new URL('../../schema.graphql', import.meta.url), 'utf8');
  expect(written).toBe(schemaText());
});

test('every type, field, argument and value says what it is', () => {
  const silent: string[] = [];
  const note = (name: string, description: string | null | undefined) => {
    if (!description?.trim()) silent.push(name);
  };
  for (const type of types) {
    if (!['Query', 'Mutation', 'Subscription'].includes(type.name)) note(type.name, type.description);
    if (isEnumType(type))
      type.getValues().forEach((value) => note(`${type.name}.${value.name}`, value.description));
    if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        note(`${type.name}.${field.name}`, field.description);
        if ('args' in field) {
          (field.args as readonly GraphQLArgument[]).forEach((argument) =>
            note(`${type.name}.${field.name}(${argument.name})`, argument.description),
          );
        }
      }
    }
  }
  expect(silent).toEqual([]);
});

test('every mutation takes one input and answers its payload or a Failure', () => {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const name = `${field.name.charAt(0).toUpperCase()}${field.name.slice(1)}`;
    expect(field.args.map((argument) => `${argument.name}: ${String(argument.type)}`)).toEqual([
      `input: ${name}Input!`,
    ]);
    expect(String(field.type)).toBe(`${name}Result!`);
    const result = schema.getType(`${name}Result`);
    expect(isUnionType(result) && result.getTypes().map((type) => type.name)).toEqual([
      `${name}Payload`,
      'Failure',
    ]);
  }
});

test('everything with an id is found by node(id)', () => {
  const withId = types
    .filter(isObjectType)
    .filter((type) => type.getInterfaces().some((each) => each.name === 'Node'))
    .map((type) => type.name);
  expect(nodeTypes.map((type) => type.typeName).sort()).toEqual(withId.sort());
});
