import type { RecordedGraph, RecordedValue } from '../../record/recorded-graph.js';
import { liveValues } from '../live-values.js';
import { absorbPadding } from './absorb-padding.js';
import { decomposeFused } from './decompose-fused.js';
import { foldScalesIntoConvolutions } from './fold-scales.js';
import { foldUniform } from './fold-uniform.js';
import { GraphEditor, type SimplificationRule, type SourceGraph } from './graph-editor.js';
import { gatherScales } from './gather-scales.js';
import { joinNumbers } from './join-numbers.js';
import { narrowBroadcasts } from './narrow-broadcasts.js';
import { recogniseReluGradients } from './relu-gradients.js';
import { removeIdentities } from './remove-identities.js';
import { sumSquares } from './sum-squares.js';
import { sumThroughKernels } from './sum-through-kernels.js';

const always = [decomposeFused, foldUniform, removeIdentities, narrowBroadcasts, joinNumbers];

/**
 * In rounds, because a rule of one needs what the one before has done everywhere: padding must be with the convolutions
 * before their kernels' gradients can be recognised, and only what nothing else reads can take a scale in.
 */
const rounds: SimplificationRule[][] = [
  [...always, recogniseReluGradients, absorbPadding, gatherScales],
  [...always, gatherScales, sumThroughKernels],
  [...always, gatherScales, foldScalesIntoConvolutions, sumSquares],
];

/** A graph that gives the same outputs, within rounding, with less work. */
export function simplifyGraph(graph: RecordedGraph): RecordedGraph {
  return rounds.reduce(applyRules, graph);
}

function applyRules(graph: RecordedGraph, rules: SimplificationRule[]): RecordedGraph {
  const source = new Source(graph);
  const editor = new GraphEditor(rules, source);
  const inputs = Object.fromEntries(
    Object.entries(graph.inputs).map(([name, value]) => [name, source.follow(value, editor)]),
  );
  for (const value of source.values) source.follow(value, editor);
  const outputs = Object.fromEntries(
    Object.entries(graph.outputs).map(([name, value]) => [name, source.follow(value, editor)]),
  );
  return { inputs, outputs };
}

class Source implements SourceGraph {
  readonly values: RecordedValue[];
  private readonly successors = new Map<RecordedValue, RecordedValue>();
  private readonly readers = new Map<RecordedValue, number>();
  private readonly filterGradients: RecordedValue[];

  constructor(graph: RecordedGraph) {
    this.values = liveValues(graph);
    const read = [
      ...this.values.flatMap((value) => Object.values(value.inputs)),
      ...Object.values(graph.outputs),
    ];
    for (const value of read) this.readers.set(value, (this.readers.get(value) ?? 0) + 1);
    this.filterGradients = this.values.filter(({ op }) => op.endsWith('BackpropFilter'));
  }

  /** What became of a value. Inputs come before what is made of them. */
  follow(value: RecordedValue, editor: GraphEditor): RecordedValue {
    const known = this.successors.get(value);
    if (known !== undefined) return known;
    const inputs = Object.fromEntries(
      Object.entries(value.inputs).map(([name, input]) => [name, this.follow(input, editor)]),
    );
    const successor = editor.make({ ...value, inputs });
    this.successors.set(value, successor);
    return successor;
  }

  readersOf(simplified: RecordedValue): number {
    let count = 0;
    for (const [value, successor] of this.successors) {
      if (successor === simplified) count += this.readers.get(value) ?? 0;
    }
    return count;
  }

  filterGradientOf(x: RecordedValue, filter: RecordedValue): RecordedValue | undefined {
    return this.filterGradients.find((gradient) => {
      const input = gradient.inputs['x'];
      return (
        input !== undefined &&
        this.successors.get(input) === x &&
        String(gradient.attributes['filterShape']) === filter.shape.join()
      );
    });
  }
}
