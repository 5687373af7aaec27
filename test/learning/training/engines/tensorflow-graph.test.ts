import { describe, expect, it } from 'vitest';
import { leaveOut } from '../../../support/left-out.js';
import { loadTfjsNode } from '../../../../src/learning/training/engines/tfjs/load-tfjs-node.js';
import { GraphTrainingStep } from '../../../../src/learning/training/engines/tfjs/graph/graph-training-step.js';
import { recordBatch } from '../../../../src/learning/training/engines/tfjs/graph/record-batch.js';
import {
  recordOperations,
  type OperationRecord,
} from '../../../../src/learning/training/engines/tfjs/graph/record-operations.js';
import { TfjsTrainingEngine } from '../../../../src/learning/training/engines/tfjs/tfjs-training-engine.js';
import { addonFolder } from './engines-under-test.js';
import { optimizers, tinyBatch, tinySpec } from './tiny-training.js';

const search = loadTfjsNode('tfjs-node', addonFolder);
if ('missing' in search) {
  leaveOut('training as a TensorFlow graph', `${search.missing}: run \`node scripts/build-tfjs-addon.mjs\`.`);
} else {
  const { tf } = search.found;

  const options = {
    name: 'tfjs-node',
    version: 'tfjs-node@4.22.0',
    device: 'CPU',
    tf,
    backend: 'tensorflow',
  } as const;

  describe('recordOperations', () => {
    it('writes down what reaches TensorFlow, in order, with what came from JavaScript', () => {
      const x = tf.tensor([1, 2, 3, 4], [2, 2]);
      const record = recordOperations(tf, { x }, () => ({ y: tf.relu(tf.add(x, 5)) }));
      expect(record.operations.map(({ op }) => op)).toEqual(['Add', 'Relu']);
      const [add, relu] = record.operations;
      expect(add?.inputs[0]).toBe(record.inputs['x']);
      expect(relu?.inputs).toEqual(add?.outputs);
      expect(relu?.outputs).toEqual([record.outputs['y']]);
      expect(record.uploads.get(add?.inputs[1] ?? -1)).toMatchObject({
        shape: [],
        values: Float32Array.of(5),
      });
    });

    it('refuses a function that reads a value, and leaves the addon as it was', () => {
      const x = tf.tensor([1, 2]);
      expect(() =>
        recordOperations(tf, { x }, () => ({ y: tf.add(x, tf.relu(x).dataSync()[0] ?? 0) })),
      ).toThrow('a value was read');
      expect([...tf.relu(x).dataSync()]).toEqual([1, 2]);
    });
  });

  describe('recordBatch', () => {
    /** What a record says, with the tensors' numbers left out. */
    const said = ({ operations, uploads, inputs }: OperationRecord) => ({
      operations: operations.map(({ op, attributes }) => ({ op, attributes })),
      uploads: [...uploads].filter(([id]) => id !== inputs['x']).map(([, upload]) => upload),
    });
    const record = (rows: number) => {
      const x = tf.zeros([rows, 2, 3]);
      return recordOperations(tf, { x }, () => ({
        y: tf.mul(tf.relu(tf.reshape(x, [rows, 6])), 1 / (6 * rows)),
        z: tf.add(tf.fill([rows, 40], 2), tf.ones([rows, 40])),
      }));
    };

    it('continues the records of small batches to that of a large one', () => {
      const recorded: number[] = [];
      const continued = recordBatch(100, (rows) => {
        recorded.push(rows);
        return record(rows);
      });
      expect(Math.max(...recorded)).toBeLessThan(5);
      expect(said(continued)).toEqual(said(record(100)));
    });

    it('runs the large batch where small ones tell nothing certain of it', () => {
      const recorded: number[] = [];
      const whole = recordBatch(100, (rows) => {
        recorded.push(rows);
        const x = tf.zeros([rows]);
        return recordOperations(tf, { x }, () => ({ y: rows % 2 === 0 ? tf.relu(x) : tf.exp(x) }));
      });
      expect(recorded.at(-1)).toBe(100);
      expect(whole.operations.map(({ op }) => op)).toEqual(['Relu']);
    });
  });

  it('keeps a state in memory of its own, wherever in memory it was given', async () => {
    const step = await new TfjsTrainingEngine({ ...options, asGraph: true }).compile(await tinySpec());
    const { step: at, tensors } = await step.readState();
    // TensorFlow takes over what lies on a boundary of 64 bytes, and copies the rest: one of these does.
    for (let offset = 0; offset < 64; offset += 4) {
      const given = Object.fromEntries(
        Object.entries(tensors).map(([name, values]) => {
          const moved = new Float32Array(new ArrayBuffer(values.byteLength + 64), offset, values.length);
          moved.set(values);
          return [name, moved];
        }),
      );
      await step.writeState({ step: at, tensors: given });
      for (const values of Object.values(given)) values.fill(NaN);
      expect((await step.readState()).tensors).toEqual(tensors);
    }
    await step.dispose();
  });

  it('one graph trains as the operations do one by one', async () => {
    const spec = await tinySpec({
      optimizer: optimizers.AdamW,
      batchNormalization: 'training',
      dropout: 0.3,
    });
    const [graph, eager] = await Promise.all(
      [true, false].map((asGraph) => new TfjsTrainingEngine({ ...options, asGraph }).compile(spec)),
    );
    expect(graph).toBeInstanceOf(GraphTrainingStep);
    expect(eager).not.toBeInstanceOf(GraphTrainingStep);
    for (let at = 0; at < 3; at++) {
      const expected = await eager?.step(tinyBatch(at), 0.01);
      const actual = await graph?.step(tinyBatch(at), 0.01);
      expect(actual?.loss).toBeCloseTo(expected?.loss ?? NaN, 5);
      expect(actual?.gradientNorm).toBeCloseTo(expected?.gradientNorm ?? NaN, 4);
    }
    await graph?.dispose();
    await eager?.dispose();
  });
}
