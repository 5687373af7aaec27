import { parametersSchema } from '../../announce.js';
import { checkStrategy } from '../../check/check-strategy.js';
import type { Strategy } from '../../contract.js';
import { ConformanceError } from '../conformance-error.js';
import type { RunCheck } from './conformance-subject.js';

/** Name, version, summary, needs and the parameters' JSON Schema say all that people and programs ask for. */
export const metadataIsComplete: RunCheck = ({ strategy }) => {
  const refusal = checkStrategy(strategy);
  const problems =
    refusal === undefined
      ? [...needsProblems(strategy), ...untitled(parametersSchema(strategy), 'parameters')]
      : [refusal.reason];
  if (problems.length === 0) return Promise.resolve();
  throw new ConformanceError(
    'a name, a semantic version, a summary, needs, and parameters each with a title and a description',
    problems.join('; '),
    'complete what defineStrategy is given; a field is described by `.meta({ title: "…", description: "…" })`.',
  );
};

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
