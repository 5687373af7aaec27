import { PickleInput, refusedPickle as refused } from './pickle-input.js';

/** A value of a decoded pickle. Classes are never looked up and nothing is ever called: only what is listed here can come out. */
export type PickleValue =
  string | number | bigint | boolean | null | PickleValue[] | Map<PickleValue, PickleValue> | PickleObject;

/** A value made by one of the two constructors a state dict needs, or a reference to a class by its name. */
export type PickleObject =
  | { kind: 'global'; name: string }
  | { kind: 'storage'; type: string; key: string; elementCount: number }
  | { kind: 'tensor'; storage: StorageReference; offset: number; shape: number[]; strides: number[] };

export type StorageReference = Extract<PickleObject, { kind: 'storage' }>;

/** Names a pickle may mention. Anything else, `os.system` say, ends the reading. */
const allowedGlobals = new Set([
  'collections OrderedDict',
  'torch._utils _rebuild_tensor_v2',
  'torch FloatStorage',
  'torch LongStorage',
]);

/** Marks where a tuple, list or dictionary starts on the stack. */
const mark = Symbol('mark');

/**
 * Reads one pickle from `bytes`, at `start`, with the few opcodes that a PyTorch state dict is made of.
 *
 * A pickle is a program. This interpreter has no import, no attribute and no call: `GLOBAL` must name one of four known
 * things, and `REDUCE` either makes an empty dictionary or describes a tensor.
 *
 * @returns the value and where the next byte stands.
 * @throws ZooError STARTER_FILE_REFUSED at the first opcode, name or argument that is not on the list.
 */
export function readPickle(bytes: Uint8Array, start: number): { value: PickleValue; end: number } {
  const input = new PickleInput(bytes, start);
  const stack: (PickleValue | typeof mark)[] = [];
  const memo = new Map<number, PickleValue>();

  const push = (value: PickleValue) => stack.push(value);
  const pop = (): PickleValue => {
    const value = stack.pop();
    if (value === undefined || value === mark) throw refused('the stack is empty');
    return value;
  };
  const popToMark = (): PickleValue[] => {
    const at = stack.lastIndexOf(mark);
    if (at < 0) throw refused('a mark is missing');
    return stack.splice(at).slice(1) as PickleValue[];
  };
  const remember = (index: number) => {
    const top = stack[stack.length - 1];
    if (top === undefined || top === mark) throw refused('the stack is empty');
    memo.set(index, top);
  };
  const recall = (index: number) => {
    const value = memo.get(index);
    if (value === undefined) throw refused(`nothing was remembered under ${index}`);
    push(value);
  };
  const setItems = (items: PickleValue[]) => {
    const target = stack[stack.length - 1];
    if (!(target instanceof Map)) throw refused('items are set on something that is no dictionary');
    for (let i = 0; i + 1 < items.length; i += 2) target.set(items[i] ?? null, items[i + 1] ?? null);
  };
  const appendItems = (items: PickleValue[]) => {
    const target = stack[stack.length - 1];
    if (!Array.isArray(target)) throw refused('items are appended to something that is no list');
    target.push(...items);
  };

  for (;;) {
    const opcode = input.byte();
    switch (opcode) {
      case 0x80: // PROTO
        if (input.byte() > 4) throw refused('the pickle protocol is newer than 4');
        break;
      case 0x63: // GLOBAL
        push(readGlobal(input));
        break;
      case 0x71: // BINPUT
        remember(input.byte());
        break;
      case 0x72: // LONG_BINPUT
        remember(input.uint32());
        break;
      case 0x68: // BINGET
        recall(input.byte());
        break;
      case 0x6a: // LONG_BINGET
        recall(input.uint32());
        break;
      case 0x28: // MARK
        stack.push(mark);
        break;
      case 0x29: // EMPTY_TUPLE
      case 0x5d: // EMPTY_LIST
        push([]);
        break;
      case 0x74: // TUPLE
        push(popToMark());
        break;
      case 0x85: // TUPLE1
        push([pop()]);
        break;
      case 0x86: // TUPLE2
        push([pop(), pop()].reverse());
        break;
      case 0x87: // TUPLE3
        push([pop(), pop(), pop()].reverse());
        break;
      case 0x7d: // EMPTY_DICT
        push(new Map());
        break;
      case 0x73: // SETITEM
        setItems([pop(), pop()].reverse());
        break;
      case 0x75: // SETITEMS
        setItems(popToMark());
        break;
      case 0x61: // APPEND
        appendItems([pop()]);
        break;
      case 0x65: // APPENDS
        appendItems(popToMark());
        break;
      case 0x58: // BINUNICODE
        push(input.text(input.uint32()));
        break;
      case 0x4b: // BININT1
        push(input.byte());
        break;
      case 0x4d: // BININT2
        push(input.byte() | (input.byte() << 8));
        break;
      case 0x4a: // BININT
        push(input.int32());
        break;
      case 0x8a: // LONG1
        push(input.longInteger(input.byte()));
        break;
      case 0x4e: // NONE
        push(null);
        break;
      case 0x88: // NEWTRUE
        push(true);
        break;
      case 0x89: // NEWFALSE
        push(false);
        break;
      case 0x51: // BINPERSID
        push(describeStorage(pop()));
        break;
      case 0x52: {
        // REDUCE
        const parameters = pop();
        push(construct(pop(), parameters));
        break;
      }
      case 0x62: // BUILD: the attributes of an ordered dictionary (`_metadata`), of no use here
        pop();
        break;
      case 0x2e: // STOP
        return { value: pop(), end: input.position };
      default:
        throw refused(`opcode 0x${opcode.toString(16)} at byte ${input.position - 1} is not on the list`);
    }
  }
}

function readGlobal(input: PickleInput): PickleObject {
  const name = `${input.line()} ${input.line()}`;
  if (!allowedGlobals.has(name)) {
    throw refused(`it names "${name.slice(0, 80)}", which a state dict does not need`);
  }
  return { kind: 'global', name };
}

function construct(callable: PickleValue, parameters: PickleValue): PickleValue {
  const name = isObject(callable) && callable.kind === 'global' ? callable.name : 'a value';
  if (name === 'collections OrderedDict') return new Map();
  if (name === 'torch._utils _rebuild_tensor_v2' && Array.isArray(parameters)) {
    const [storage, offset, shape, strides] = parameters;
    if (
      isObject(storage) &&
      storage.kind === 'storage' &&
      isCount(offset) &&
      isCounts(shape) &&
      isCounts(strides)
    ) {
      return { kind: 'tensor', storage, offset, shape, strides };
    }
  }
  throw refused(`it calls ${name}`);
}

/** The persistent id of a storage: ('storage', type, key, device, number of elements, view). */
function describeStorage(id: PickleValue): StorageReference {
  const [tag, type, key, , elementCount] = Array.isArray(id) ? id : [];
  if (
    tag !== 'storage' ||
    !isObject(type) ||
    type.kind !== 'global' ||
    typeof key !== 'string' ||
    !isCount(elementCount)
  ) {
    throw refused('a persistent id is no storage');
  }
  return { kind: 'storage', type: type.name, key, elementCount };
}

export function isObject(value: PickleValue | undefined): value is PickleObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Map);
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function isCounts(value: PickleValue | undefined): value is number[] {
  return Array.isArray(value) && value.length <= 8 && value.every(isCount);
}
