import type { RecordedValue } from '../record/recorded-graph.js';
import {
  arrange,
  arrangeData,
  channelsFirst,
  isPlain,
  permutationBetween,
  plainLayout,
  sameBytes,
  sizeOf,
  type Layout,
} from './layout.js';
import type { OnnxEmitter } from './onnx-emitter.js';

/**
 * In which orders of axes each value is at hand in the ONNX graph. An operation leaves its result where that costs
 * least; whoever needs it in another order gets a conversion, which is added once and remembered.
 */
export class ValueForms {
  /** By layout, as text. */
  private readonly forms = new Map<RecordedValue, Map<string, Form>>();
  private readonly expanded = new Map<RecordedValue, Map<number, RecordedValue>>();
  private readonly blocked = new Map<RecordedValue, string>();
  private readonly postponed = new Map<RecordedValue, () => string>();

  constructor(
    private readonly onnx: OnnxEmitter,
    /** Channels in a block of ONNX Runtime's NCHWc form; 0: it is not used. */
    readonly blockSize: number,
  ) {}

  /** Says where a value is. */
  define(value: RecordedValue, layout: Layout, name: string): void {
    const known = this.forms.get(value) ?? new Map<string, Form>();
    this.forms.set(value, known.set(layout.join(), { layout, name }));
  }

  definePlain(value: RecordedValue, name: string): void {
    this.define(value, plainLayout(value.shape.length), name);
  }

  /** The value's name in the graph, in the order asked for. */
  read(value: RecordedValue, layout: Layout): string {
    const known = this.forms.get(value)?.get(layout.join());
    if (known !== undefined) return known.name;
    const name = isConstant(value) ? this.constant(value, layout) : this.converted(value, layout);
    this.define(value, layout, name);
    return name;
  }

  readPlain(value: RecordedValue): string {
    return this.read(value, plainLayout(value.shape.length));
  }

  /** The order the value is in already; its own for a constant, which can be had in any. */
  layoutOf(value: RecordedValue): Layout {
    const first = this.forms.get(value)?.values().next().value;
    if (first !== undefined) return first.layout;
    return this.isBlocked(value) ? channelsFirst : plainLayout(value.shape.length);
  }

  /** The value with axes of length 1 in front, up to a rank: as broadcasting sees it. */
  withRank(value: RecordedValue, rank: number): RecordedValue {
    if (value.shape.length >= rank) return value;
    const byRank = this.expanded.get(value) ?? new Map<number, RecordedValue>();
    this.expanded.set(value, byRank);
    const known = byRank.get(rank);
    if (known !== undefined) return known;
    const ones = new Array<number>(rank - value.shape.length).fill(1);
    const expanded: RecordedValue = { ...value, shape: [...ones, ...value.shape] };
    if (!isConstant(value))
      this.definePlain(expanded, this.onnx.reshape(this.readPlain(value), expanded.shape));
    byRank.set(rank, expanded);
    return expanded;
  }

  /**
   * A single number, as a tensor of a rank, all axes of length 1. Not without axes: beside [960, 160, 1, 1], ONNX
   * Runtime takes such a number out again for every element, which is twenty times as slow.
   */
  readSingle(value: RecordedValue, rank: number): string {
    const shape = new Array<number>(rank).fill(1);
    if (value.shape.length === rank) return this.readPlain(value);
    if (isConstant(value)) return this.onnx.constant(constantData({ ...value, shape }), shape);
    return this.onnx.reshape(this.readPlain(value), shape);
  }

  /** Whether pictures of so many channels may be held in blocks, the last of them perhaps filled up with zeros. */
  channelsFitBlocks(channels: number): boolean {
    // ONNX Runtime reorders four channels at a time.
    return this.blockSize > 0 && channels >= this.blockSize && channels % 4 === 0;
  }

  /** Whether so many channels leave no place in a block empty. */
  channelsFillBlocks(channels: number): boolean {
    return this.blockSize > 0 && channels % this.blockSize === 0;
  }

  /** Whether a form of the value is at hand. */
  isDefined(value: RecordedValue): boolean {
    return this.forms.has(value) || this.isBlocked(value);
  }

  /** Whether the value is held in blocks, or will be when it is first read. */
  isBlocked(value: RecordedValue): boolean {
    return this.blocked.has(value) || this.postponed.has(value);
  }

  isComputedInBlocks(value: RecordedValue): boolean {
    return this.blocked.has(value);
  }

  /** Says how to compute a value, for when it is first read; never, if only what it is made of turns out to be. */
  defineBlockedLater(value: RecordedValue, compute: () => string): void {
    this.postponed.set(value, compute);
  }

  defineBlocked(value: RecordedValue, name: string): void {
    this.blocked.set(value, name);
  }

  /** In ONNX Runtime's own form: [batch, channels / block, height, width, block], under the shape of channels first. */
  readBlocked(value: RecordedValue): string {
    const known = this.blocked.get(value);
    if (known !== undefined) return known;
    const postponed = this.postponed.get(value);
    if (postponed !== undefined) {
      const name = postponed();
      this.blocked.set(value, name);
      return name;
    }
    const source = isPlain(this.layoutOf(value)) ? plainLayout(4) : channelsFirst;
    const name = this.onnx.node(
      'ReorderInput',
      [this.read(value, source)],
      { channels_last: isPlain(source) ? 1 : 0 },
      'com.microsoft.nchwc',
    );
    this.blocked.set(value, name);
    return name;
  }

  private converted(value: RecordedValue, layout: Layout): string {
    const forms = [...(this.forms.get(value)?.values() ?? [])];
    const same = forms.find((form) => sameBytes(value.shape, form.layout, layout));
    if (same !== undefined) return this.onnx.reshape(same.name, arrange(value.shape, layout));
    // From blocks both orders can be had at the speed of a copy.
    const direct = this.isBlocked(value) && (isPlain(layout) || layout.join() === channelsFirst.join());
    if (direct) return this.unblocked(value, layout).name;
    const [source = this.unblocked(value, layout)] = forms;
    if (source.layout.join() === layout.join()) return source.name;
    return this.onnx.node('Transpose', [source.name], { perm: permutationBetween(source.layout, layout) });
  }

  private unblocked(value: RecordedValue, wanted: Layout): Form {
    // Operations come after their inputs; anything else is a fault of a lowering.
    if (!this.isBlocked(value)) throw new Error(`${value.op} ${value.id} is read before it is made`);
    const blocked = this.readBlocked(value);
    const layout = isPlain(wanted) ? plainLayout(4) : channelsFirst;
    const name = this.onnx.node(
      'ReorderOutput',
      [blocked],
      { channels: value.shape[3] ?? 0, channels_last: isPlain(layout) ? 1 : 0 },
      'com.microsoft.nchwc',
    );
    this.define(value, layout, name);
    return { layout, name };
  }

  private constant(value: RecordedValue, layout: Layout): string {
    const data = constantData(value);
    const arranged = isPlain(layout) || value.op === 'Fill' ? data : arrangeData(data, value.shape, layout);
    return this.onnx.constant(arranged, arrange(value.shape, layout));
  }
}

interface Form {
  layout: Layout;
  name: string;
}

export function isConstant(value: RecordedValue): boolean {
  return value.op === 'Constant' || value.op === 'Fill';
}

/** Row-major; a `Fill`'s one value as often as its shape says. */
function constantData(value: RecordedValue): Float32Array | Int32Array | Uint8Array {
  const { data, dtype, shape } = value;
  const list = data ?? new Float32Array(sizeOf(shape)).fill(Number(value.attributes['value'] ?? 0));
  if (dtype === 'int32') return list instanceof Int32Array ? list : Int32Array.from(list);
  if (dtype === 'bool') return list instanceof Uint8Array ? list : Uint8Array.from(list);
  return list instanceof Float32Array ? list : Float32Array.from(list);
}
