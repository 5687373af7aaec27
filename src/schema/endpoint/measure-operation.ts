import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { maxLineageEdges } from '../../zoo/models/lineage.js';
import { defaultPageSize, maxPageSize } from '../../zoo/pagination/fetch-page.js';

/** How much an operation asks for. */
export interface OperationMeasure {
  /** Levels of nested fields. */
  depth: number;
  /** Fields under another name than their own, fragments counted each time they are spread. */
  aliases: number;
  /** Objects the answer can have: lists multiply what they hold by their page size. */
  cost: number;
}

/** Lists without a page size (a version's files, a model's aliases) are taken to be this long. */
const plainListLength = 10;

/** Inside introspection only depth counts, and generously: GraphiQL's query goes 13 levels down. */
const introspection = /^__(schema|type)$/;

/**
 * Measures an operation before it runs. Fragments are measured once each and remembered, so a document of fragments
 * that spread each other twice over costs nothing to measure; the caller has validated it, so there are no cycles.
 */
export function measureOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  given: Record<string, unknown> = {},
): OperationMeasure {
  const variables = { ...defaultsOf(operation), ...given };
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const measured = new Map<string, OperationMeasure>();

  function ofSelections(
    selectionSet: SelectionSetNode,
    type: GraphQLNamedType | undefined,
  ): OperationMeasure {
    const total: OperationMeasure = { depth: 0, aliases: 0, cost: 0 };
    for (const selection of selectionSet.selections) {
      const part =
        selection.kind === Kind.FIELD
          ? ofField(selection, type)
          : selection.kind === Kind.INLINE_FRAGMENT
            ? ofSelections(selection.selectionSet, narrowed(selection.typeCondition?.name.value, type))
            : ofFragment(selection.name.value);
      total.depth = Math.max(total.depth, part.depth);
      total.aliases += part.aliases;
      total.cost += part.cost;
    }
    return total;
  }

  function ofField(node: FieldNode, type: GraphQLNamedType | undefined): OperationMeasure {
    const name = node.name.value;
    const aliases = node.alias !== undefined && node.alias.value !== name ? 1 : 0;
    if (introspection.test(name)) return { depth: 1, aliases, cost: 1 };
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
    if (field === undefined || node.selectionSet === undefined) return { depth: 1, aliases, cost: 0 };
    const inner = ofSelections(node.selectionSet, getNamedType(field.type));
    const length = listLength(node, field, variables);
    return {
      depth: inner.depth + 1,
      aliases: inner.aliases + aliases,
      cost: 1 + length * (inner.cost + (length > 1 ? 1 : 0)),
    };
  }

  function ofFragment(name: string): OperationMeasure {
    const known = measured.get(name);
    if (known !== undefined) return known;
    const fragment = fragments.get(name);
    if (fragment === undefined) return { depth: 0, aliases: 0, cost: 0 };
    const made = ofSelections(
      fragment.selectionSet,
      schema.getType(fragment.typeCondition.name.value) ?? undefined,
    );
    measured.set(name, made);
    return made;
  }

  function narrowed(condition: string | undefined, type: GraphQLNamedType | undefined) {
    return condition === undefined ? type : (schema.getType(condition) ?? undefined);
  }

  return ofSelections(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined);
}

/** By how much a field multiplies what it holds. A connection counts once, at the connection, not at edges or nodes. */
function listLength(
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  variables: Record<string, unknown>,
): number {
  const type = getNamedType(field.type);
  if (!isCompositeType(type) || isAbstractListOfConnection(node.name.value)) return 1;
  if (type.name.endsWith('Connection')) return pageSize(node, variables) ?? defaultPageSize;
  if (!String(field.type).includes('[')) return 1;
  const ids = argument(node, 'ids', variables);
  if (Array.isArray(ids)) return ids.length;
  // A walk through the lineage, over so many generations, gives all their steps at once.
  if (field.args.some(({ name }) => name === 'depth')) return maxLineageEdges;
  return pageSize(node, variables) ?? (isAbstractType(type) ? maxPageSize : plainListLength);
}

function isAbstractListOfConnection(fieldName: string): boolean {
  return fieldName === 'edges' || fieldName === 'nodes';
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Record<string, unknown> {
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)]],
    ),
  );
}

function pageSize(node: FieldNode, variables: Record<string, unknown>): number | undefined {
  for (const name of ['first', 'last', 'limit']) {
    const value = argument(node, name, variables);
    if (typeof value === 'number' && value >= 0) return value;
  }
  return undefined;
}

function argument(node: FieldNode, name: string, variables: Record<string, unknown>): unknown {
  const value = node.arguments?.find((each) => each.name.value === name)?.value;
  return value === undefined ? undefined : valueOf(value, variables);
}

function valueOf(value: ValueNode, variables: Record<string, unknown>): unknown {
  if (value.kind === Kind.VARIABLE) return variables[value.name.value];
  if (value.kind === Kind.INT) return Number(value.value);
  if (value.kind === Kind.LIST) return value.values.map((each) => valueOf(each, variables));
  return undefined;
}
