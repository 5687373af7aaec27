import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { encodeProductModel, type ProductForm } from './product-model.js';

type Runtime = typeof import('onnxruntime-node');
type Precision = 'float32' | 'float64';
type Values<P extends Precision> = P extends 'float32' ? Float32Array : Float64Array;

/** A row-major matrix over borrowed memory. */
export interface Matrix<P extends Precision = 'float32'> {
  rows: number;
  columns: number;
  data: Values<P>;
}

/**
 * Bytes of an output that are made at once. The binding hands every output back as a copy, which nobody reads: of a small
 * one the memory is soon used again, large ones would pile up.
 */
const blockBytes = 16 * 1024 ** 2;

/**
 * Matrix products on all threads by ONNX Runtime's kernels, since Node.js has no linear algebra of its own. The operands
 * are handed over by address, so a product of large matrices costs its arithmetic only.
 */
export class MatrixProducts {
  /** Loaded when the first product is asked for: whoever only imports the solvers does not pay for the engine. */
  #runtime: Promise<Runtime> | undefined;
  readonly #sessions = new Map<string, Promise<InferenceSession>>();

  constructor(readonly threads: number) {}

  /** output = left · right, with one of the two read transposed if `form` says so. */
  async multiply<P extends Precision = 'float32'>(
    form: ProductForm,
    left: Matrix<P>,
    right: Matrix<P>,
    output: Matrix<P>,
  ): Promise<void> {
    checkShapes(form, left, right, output);
    if (output.data.length === 0) return;
    if ((form === 'left-transposed' ? left.rows : left.columns) === 0) {
      output.data.fill(0);
      return;
    }
    const runtime = await (this.#runtime ??= import('onnxruntime-node'));
    const precision = left.data instanceof Float32Array ? 'float32' : 'float64';
    const session = await this.#session(runtime, form, precision);
    const tensorOf = (matrix: Matrix<Precision>) => wrapMatrix(runtime, matrix);
    // A transposed left operand has a row of the output in each column, so it stays whole.
    const rowBytes = output.columns * output.data.BYTES_PER_ELEMENT;
    const rowsAtOnce =
      form === 'left-transposed' ? output.rows : Math.max(1, Math.floor(blockBytes / rowBytes));
    for (let first = 0; first < output.rows; first += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, output.rows - first);
      const [from, to] =
        form === 'left-transposed'
          ? [left, output]
          : [rowsOf(left, first, rows), rowsOf(output, first, rows)];
      await session.run({ left: tensorOf(from), right: tensorOf(right) }, { output: tensorOf(to) });
    }
  }

  /** Frees the native sessions. */
  async release(): Promise<void> {
    const sessions = await Promise.all(this.#sessions.values());
    this.#sessions.clear();
    await Promise.all(sessions.map((session) => session.release()));
  }

  #session(
    { InferenceSession }: Runtime,
    form: ProductForm,
    precision: Precision,
  ): Promise<InferenceSession> {
    const key = `${form} ${precision}`;
    let session = this.#sessions.get(key);
    if (session === undefined) {
      session = InferenceSession.create(encodeProductModel(form, precision), {
        intraOpNumThreads: this.threads,
        interOpNumThreads: 1,
        // The arena would keep the packed operand of every shape it has seen.
        enableCpuMemArena: false,
        logSeverityLevel: 3,
        // Between two products this thread works alone; threads that spin meanwhile would take cores from other jobs.
        extra: { session: { intra_op: { allow_spinning: '0' } } },
      });
      this.#sessions.set(key, session);
    }
    return session;
  }
}

/** The first `rows` rows of a matrix, sharing its memory. */
export function firstRows<P extends Precision>(matrix: Matrix<P>, rows: number): Matrix<P> {
  return rowsOf(matrix, 0, rows);
}

/** Some rows of a matrix, sharing its memory. */
export function rowsOf<P extends Precision>(matrix: Matrix<P>, first: number, rows: number): Matrix<P> {
  const { columns } = matrix;
  return {
    rows,
    columns,
    data: matrix.data.subarray(first * columns, (first + rows) * columns) as Values<P>,
  };
}

export function allocateMatrix(rows: number, columns: number): Matrix {
  return { rows, columns, data: new Float32Array(rows * columns) };
}

function wrapMatrix({ Tensor }: Runtime, matrix: Matrix<Precision>): Tensor {
  const dims = [matrix.rows, matrix.columns];
  return matrix.data instanceof Float32Array
    ? new Tensor('float32', matrix.data, dims)
    : new Tensor('float64', matrix.data, dims);
}

function checkShapes(
  form: ProductForm,
  left: Matrix<Precision>,
  right: Matrix<Precision>,
  output: Matrix<Precision>,
): void {
  const [rows, inner] = form === 'left-transposed' ? [left.columns, left.rows] : [left.rows, left.columns];
  const [innerToo, columns] =
    form === 'right-transposed' ? [right.columns, right.rows] : [right.rows, right.columns];
  if (inner !== innerToo || output.rows !== rows || output.columns !== columns) {
    throw new RangeError(
      `a ${form} product of [${left.rows}, ${left.columns}] and [${right.rows}, ${right.columns}] ` +
        `does not give [${output.rows}, ${output.columns}]`,
    );
  }
}
