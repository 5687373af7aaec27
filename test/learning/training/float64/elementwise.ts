import { erf } from './erf.js';
import {
  broadcastShape,
  broadcastTo,
  input,
  inputList,
  sizeOf,
  type Kernel64,
  type KernelCall,
  type Tensor64,
} from './tensor64.js';

/** Kernels that compute each value of their output from one value of each input. */
export const elementwise: Record<string, Kernel64> = {
  ...unaries({
    Identity: (x) => x,
    StopGradient: (x) => x,
    ZerosLike: () => 0,
    OnesLike: () => 1,
    Neg: (x) => -x,
    Abs: Math.abs,
    Sign: Math.sign,
    Floor: Math.floor,
    Ceil: Math.ceil,
    Square: (x) => x * x,
    Sqrt: Math.sqrt,
    Rsqrt: (x) => 1 / Math.sqrt(x),
    Reciprocal: (x) => 1 / x,
    Exp: Math.exp,
    Expm1: Math.expm1,
    Log: Math.log,
    Log1p: Math.log1p,
    Sin: Math.sin,
    Cos: Math.cos,
    Tanh: Math.tanh,
    Erf: erf,
    Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
    // log(1 + eˣ) without overflow.
    Softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    Relu: (x) => Math.max(x, 0),
    Relu6: (x) => Math.min(Math.max(x, 0), 6),
    Elu: (x) => (x >= 0 ? x : Math.expm1(x)),
    // Klambauer et al. 2017, equation 14, with the constants of its appendix.
    Selu: (x) => 1.0507009873554805 * (x >= 0 ? x : 1.6732632423543772 * Math.expm1(x)),
    LogicalNot: (x) => (x === 0 ? 1 : 0),
    IsNan: (x) => (Number.isNaN(x) ? 1 : 0),
    IsFinite: (x) => (Number.isFinite(x) ? 1 : 0),
    IsInf: (x) => (Math.abs(x) === Infinity ? 1 : 0),
    // Half to even.
    Round: (x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)),
  }),
  ...binaries({
    Add: (a, b) => a + b,
    Sub: (a, b) => a - b,
    Multiply: (a, b) => a * b,
    RealDiv: (a, b) => a / b,
    FloorDiv: (a, b) => Math.floor(a / b),
    Mod: (a, b) => a - b * Math.floor(a / b),
    Pow: (a, b) => a ** b,
    Maximum: (a, b) => Math.max(a, b),
    Minimum: (a, b) => Math.min(a, b),
    SquaredDifference: (a, b) => (a - b) * (a - b),
    Equal: (a, b) => (a === b ? 1 : 0),
    NotEqual: (a, b) => (a !== b ? 1 : 0),
    Greater: (a, b) => (a > b ? 1 : 0),
    GreaterEqual: (a, b) => (a >= b ? 1 : 0),
    Less: (a, b) => (a < b ? 1 : 0),
    LessEqual: (a, b) => (a <= b ? 1 : 0),
    LogicalAnd: (a, b) => (a !== 0 && b !== 0 ? 1 : 0),
    LogicalOr: (a, b) => (a !== 0 || b !== 0 ? 1 : 0),
    LogicalXor: (a, b) => ((a !== 0) !== (b !== 0) ? 1 : 0),
  }),

  ClipByValue: (call) => {
    const { clipValueMin, clipValueMax } = call.attributes as { clipValueMin: number; clipValueMax: number };
    return map(input(call, 'x'), (x) => Math.min(Math.max(x, clipValueMin), clipValueMax));
  },
  LeakyRelu: (call) => {
    const { alpha } = call.attributes as { alpha: number };
    return map(input(call, 'x'), (x) => (x >= 0 ? x : alpha * x));
  },
  /** 1 where x > 0, alpha elsewhere. */
  Step: (call) => {
    const { alpha = 0 } = call.attributes as { alpha?: number };
    return map(input(call, 'x'), (x) => (x > 0 ? 1 : alpha));
  },
  Prelu: (call) => zip(input(call, 'x'), input(call, 'alpha'), (x, alpha) => (x >= 0 ? x : alpha * x)),
  /** Gradient of elu by its own output y. */
  EluGrad: (call) => zip(input(call, 'dy'), input(call, 'y'), (dy, y) => (y >= 0 ? dy : dy * (y + 1))),

  Cast: (call) => {
    const { dtype } = call.attributes as { dtype: string };
    const x = input(call, 'x');
    if (dtype === 'int32') return map(x, Math.trunc);
    if (dtype === 'bool') return map(x, (value) => (value === 0 ? 0 : 1));
    return x;
  },
  Fill: (call) => {
    const { shape, value } = call.attributes as { shape: number[]; value: number };
    return { shape, values: new Float64Array(sizeOf(shape)).fill(value) };
  },
  AddN: (call) => inputList(call).reduce((sum, tensor) => zip(sum, tensor, (a, b) => a + b)),
  Select: (call) => {
    const condition = input(call, 'condition');
    const yes = input(call, 't');
    const no = input(call, 'e');
    // A condition of one axis chooses whole rows.
    const each =
      condition.shape.length === yes.shape.length ? 1 : yes.values.length / condition.values.length;
    const values = yes.values.map((value, i) =>
      condition.values[Math.floor(i / each)] === 0 ? (no.values[i] ?? NaN) : value,
    );
    return { shape: yes.shape, values };
  },
};

type Unary = (x: number) => number;
type Binary = (a: number, b: number) => number;

function unaries(functions: Record<string, Unary>): Record<string, Kernel64> {
  return Object.fromEntries(
    Object.entries(functions).map(([name, f]) => [name, (call: KernelCall) => map(input(call, 'x'), f)]),
  );
}

function binaries(functions: Record<string, Binary>): Record<string, Kernel64> {
  return Object.fromEntries(
    Object.entries(functions).map(([name, f]) => [
      name,
      (call: KernelCall) => zip(input(call, 'a'), input(call, 'b'), f),
    ]),
  );
}

function map(x: Tensor64, f: Unary): Tensor64 {
  const values = new Float64Array(x.values.length);
  for (let i = 0; i < values.length; i++) values[i] = f(x.values[i] ?? NaN);
  return { shape: x.shape, values };
}

function zip(a: Tensor64, b: Tensor64, f: Binary): Tensor64 {
  const shape = broadcastShape(a.shape, b.shape);
  const left = broadcastTo(a, shape).values;
  const right = broadcastTo(b, shape).values;
  const values = new Float64Array(left.length);
  for (let i = 0; i < values.length; i++) values[i] = f(left[i] ?? NaN, right[i] ?? NaN);
  return { shape, values };
}
