import type { Tensor } from '@tensorflow/tfjs-core';
import { dropoutMasks } from '../../../programs/dropout-masks.js';
import { gradientProgram } from '../../../programs/gradient-program.js';
import { movingWeights } from '../../../programs/network-weights.js';
import { scoreProgram } from '../../../programs/score-program.js';
import { tensorNames } from '../../../programs/tensor-names.js';
import { updateProgram, updateScalars } from '../../../programs/update-program.js';
import type { TensorProgram, Tf } from '../../../tensor-program.js';
import { updateFacts } from '../../check-own-functions.js';
import type { TrainingSpec } from '../../training-engine.js';
import { recordBatch } from './record-batch.js';
import { dataType, GraphWriter, typeAttribute } from './graph-writer.js';
import { recordOperations, type OperationRecord } from './record-operations.js';

/** A whole training as a TensorFlow graph. Weights and slots are variables of the session that runs it. */
export interface TrainingGraph {
  /** The file `saved_model.pb`. */
  bytes: Uint8Array;
  /** Shapes of what a state consists of, by the programs' names. */
  stateShapes: Map<string, number[]>;
  /** One step: fed by the programs' names; gives `loss` (the mean), `gradientNorm`, `logits`, and moves the variables. */
  step: GraphRun;
  /** Fed `inputs`, batchSize rows; gives `logits`. */
  score: GraphRun;
  /** Gives every variable. */
  read: GraphRun;
  /** Fed every variable; gives `written`. */
  write: GraphRun;
}

/** What a run of the graph takes and gives: names of our own, and the graph's. */
export interface GraphRun {
  feeds: Record<string, { tensor: string; shape: number[] }>;
  fetches: Record<string, string>;
}

/** Frozen weights are made into constants here, not by the programs, so that both runs share them. */
const frozenWeights = { frozenWeights: 'inputs' } as const;

/**
 * Records one step and one scoring on the addon, and writes them as a graph. Weights that do not change are constants in
 * it; TensorFlow folds, fuses and lays out the whole as it sees fit.
 */
export function buildTrainingGraph(spec: TrainingSpec, tf: Tf): TrainingGraph {
  const { network, batchSize, optimizer, penalty, clipNorm } = spec;
  const writer = new GraphWriter();
  const update = updateProgram(network, optimizer, clipNorm, penalty);
  const slots = Object.entries(update.inputs).filter(([name]) => name.startsWith('slot/'));
  const stateShapes = new Map([
    ...movingWeights(network).map(({ name, shape }) => [tensorNames.weight(name), shape] as const),
    ...slots.map(([name, { shape }]) => [name, shape] as const),
  ]);
  const variables = new Map([...stateShapes].map(([name, shape]) => [name, writer.variable(shape)]));
  const nodes: Record<string, string> = {};
  for (const [name, { value }] of variables) nodes[name] = value;
  for (const { name, shape, value } of network.weights) {
    nodes[tensorNames.weight(name)] ??= writer.constant({ shape, dtype: dataType.float32, values: value });
  }
  const weightShapes = {
    ...Object.fromEntries(network.weights.map(({ name, shape }) => [tensorNames.weight(name), shape])),
    ...Object.fromEntries(stateShapes),
  };

  /** Records a program and writes it. Inputs that are no weights are fed. */
  const place = ({ inputsAt, runAt }: RowsProgram) => {
    const feeds = Object.fromEntries(
      Object.entries(inputsAt(batchSize)).map(([name, shape]) => [
        name,
        { tensor: writer.placeholder(shape), shape },
      ]),
    );
    const record = recordBatch(batchSize, (rows) =>
      recordOnZeros(tf, { ...weightShapes, ...inputsAt(rows) }, runAt(rows)),
    );
    const fed = Object.entries(feeds).map(([name, { tensor }]) => [name, tensor]);
    return { feeds, outputs: writeRecord(writer, record, { ...nodes, ...Object.fromEntries(fed) }) };
  };

  const stepped = place(stepProgram(spec, update, tf));
  const scored = place({
    inputsAt: (rows) => ({ [tensorNames.inputs]: [rows, ...network.inputShape] }),
    runAt: (rows) => (inputs) => scoreProgram(network, rows, frozenWeights).run(tf, inputs),
  });
  const output = (name: string) => stepped.outputs[name] ?? '';
  const facts = [tensorNames.gradientNorm, ...updateFacts(spec)];
  const moves = moveVariables(writer, variables, stepped.outputs, [tensorNames.loss, ...facts]);
  const loss = after(writer, moves, output(tensorNames.loss));

  const written = Object.fromEntries(
    [...stateShapes].map(([name, shape]) => [name, { tensor: writer.placeholder(shape), shape }]),
  );
  const writes = [...variables].map(([name, { handle }]) =>
    writer.assign(handle, copied(writer, written[name]?.tensor ?? '')),
  );
  const done = writer.constant({ shape: [], dtype: dataType.float32, values: new Float32Array(1) });
  const all = after(writer, writes, done);
  return {
    bytes: writer.savedModel(),
    stateShapes,
    step: {
      feeds: stepped.feeds,
      fetches: {
        loss,
        logits: output(tensorNames.logits),
        ...Object.fromEntries(facts.map((name) => [name, output(name)])),
      },
    },
    score: { feeds: scored.feeds, fetches: { logits: scored.outputs[tensorNames.logits] ?? '' } },
    read: {
      feeds: {},
      fetches: Object.fromEntries([...variables].map(([name, { value }]) => [name, value])),
    },
    write: { feeds: written, fetches: { written: all } },
  };
}

/** A program for any number of rows: shapes of what it takes besides weights and slots, and what it does. */
interface RowsProgram {
  inputsAt(rows: number): Record<string, number[]>;
  runAt(rows: number): (inputs: Record<string, Tensor>) => Record<string, Tensor>;
}

/** Gradients and update in one. `loss` is the mean. */
function stepProgram(
  { network, optimizer, loss: own }: TrainingSpec,
  update: TensorProgram,
  tf: Tf,
): RowsProgram {
  const scalars = [
    tensorNames.learningRate,
    tensorNames.inverseWeight,
    ...Object.keys(updateScalars(optimizer, 1)),
  ];
  return {
    inputsAt: (rows) => ({
      [tensorNames.inputs]: [rows, ...network.inputShape],
      [tensorNames.targets]: [rows, network.numClasses],
      ...Object.fromEntries(
        dropoutMasks(network, rows).map(({ layer, shape }) => [tensorNames.mask(layer), shape]),
      ),
      ...Object.fromEntries(scalars.map((name) => [name, []])),
    }),
    runAt: (rows) => (inputs) => {
      const found = gradientProgram(network, rows, { ...frozenWeights, loss: own }).run(tf, inputs);
      const loss = tf.mul(found[tensorNames.loss] as Tensor, inputs[tensorNames.inverseWeight] as Tensor);
      return { ...found, ...update.run(tf, { ...inputs, ...found }), loss };
    },
  };
}

/** Only which operations run is of interest, and no value decides that. */
function recordOnZeros(
  tf: Tf,
  shapes: Record<string, number[]>,
  run: (inputs: Record<string, Tensor>) => Record<string, Tensor>,
): OperationRecord {
  let record: OperationRecord | undefined;
  tf.tidy(() => {
    const zeros = Object.entries(shapes).map(([name, shape]) => [name, tf.zeros(shape)]);
    const inputs = Object.fromEntries(zeros) as Record<string, Tensor>;
    record = recordOperations(tf, inputs, () => run(inputs));
  });
  if (record === undefined) throw new Error('nothing was recorded');
  return record;
}

/** @param placed tensors of the graph for what the record took, by name. @returns those for what it gave. */
function writeRecord(
  writer: GraphWriter,
  { operations, uploads, inputs, outputs }: OperationRecord,
  placed: Record<string, string>,
): Record<string, string> {
  const tensors = new Map<number, string>();
  for (const [name, id] of Object.entries(inputs)) {
    if (id >= 0 && placed[name] !== undefined) tensors.set(id, placed[name]);
  }
  const tensorOf = (id: number): string => {
    const known = tensors.get(id);
    if (known !== undefined) return known;
    const upload = uploads.get(id);
    if (upload === undefined) throw new Error('the record reads a tensor that nothing gave');
    const constant = writer.constant(upload);
    tensors.set(id, constant);
    return constant;
  };
  for (const { op, attributes, inputs: read, outputs: given } of operations) {
    const node = writer.node(op, read.map(tensorOf), attributes);
    given.forEach((id, at) => tensors.set(id, `${node}:${at}`));
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, id]) => [name, tensorOf(id)]));
}

/** Gives every variable its successor, or itself once more where one of some numbers is not finite. @returns the nodes that do. */
function moveVariables(
  writer: GraphWriter,
  variables: ReadonlyMap<string, { handle: string; value: string }>,
  outputs: Record<string, string>,
  numbers: string[],
): string[] {
  const isFinite = (name: string) =>
    `${writer.node('IsFinite', [outputs[name] ?? ''], [typeAttribute('T', dataType.float32)])}:0`;
  const sound = numbers.map(isFinite).reduce((all, one) => `${writer.node('LogicalAnd', [all, one])}:0`);
  return [...variables].map(([name, { handle, value }]) => {
    const successor = outputs[name] ?? value;
    const chosen = writer.node('SelectV2', [sound, successor, value], [typeAttribute('T', dataType.float32)]);
    return writer.assign(handle, `${chosen}:0`);
  });
}

/**
 * A tensor of TensorFlow's own memory. What is fed may lie in memory of JavaScript's, and a variable would keep it: the
 * step that replaces it then gives it back on a thread of TensorFlow's, where JavaScript must not be touched, and now and
 * then the process crashed.
 */
function copied(writer: GraphWriter, tensor: string): string {
  return `${writer.node('DeepCopy', [tensor], [typeAttribute('T', dataType.float32)])}:0`;
}

/** The tensor, available once the nodes have run. */
function after(writer: GraphWriter, nodes: string[], tensor: string): string {
  const controls = nodes.map((node) => `^${node}`);
  return `${writer.node('Identity', [tensor, ...controls], [typeAttribute('T', dataType.float32)])}:0`;
}
