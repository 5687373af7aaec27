import { parametersSchema } from '../../announce.js';
import { loadStrategies } from '../../loader.js';
import type { Strategy } from '../../contract.js';
import { ConformanceError, describeError } from '../conformance-error.js';
import type { RunCheck } from './conformance-subject.js';

/** Name, version, summary, needs and the parameters' JSON Schema say all that people and programs ask for. */
export const metadataIsComplete: RunCheck = async ({ strategy }) => {
  const { refused } = await loadStrategies([
    { name: 'the strategy', import: () => Promise.resolve({ default: strategy }) },
  ]);
  const schema = refused.length > 0 ? {} : schemaOf(strategy);
  const problems = [
    ...refused.map(({ reason }) => reason),
    ...(refused.length > 0 ? [] : [...needsProblems(strategy), ...untitled(schema, 'parameters')]),
  ];
  if (problems.length === 0) return;
  throw new ConformanceError(
    'a name, a semantic version, a summary, needs, and parameters each with a title and a description',
    problems.join('; '),
    'complete what defineStrategy is given; a field is described by `.meta({ title: "…", description: "…" })`.',
  );
};

function schemaOf(strategy: Strategy): Record<string, unknown> {
  try {
    return parametersSchema(strategy);
  } catch (error) {
    throw new ConformanceError(
      'parameters that a JSON Schema can say',
      describeError(error),
      'use JSON types only: no transforms, dates, functions or class instances in the parameters.',
      { cause: error },
    );
  }
}

function needsProblems({ needs }: Strategy): string[] {
  return [
    ...(needs.tasks.includes('image-classification')
      ? []
      : [`needs.tasks is ${needs.tasks.join(', ')}; this zoo has image-classification only`]),
    ...(needs.formats.includes('tfjs-layers')
      ? []
      : [`needs.formats is ${needs.formats.join(', ')}; this zoo has tfjs-layers only`]),
  ];
}

function untitled(schema: Record<string, unknown>, path: string): string[] {
  const properties = (schema['properties'] ?? {}) as Record<string, Record<string, unknown>>;
  return Object.entries(properties).flatMap(([name, field]) => {
    const lacks = ['title', 'description'].filter(
      (key) => typeof field[key] !== 'string' || field[key] === '',
    );
    return [
      ...(lacks.length > 0 ? [`${path}.${name} has no ${lacks.join(' and no ')}`] : []),
      ...untitled(field, `${path}.${name}`),
    ];
  });
}
