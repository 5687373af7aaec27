import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readTorchStateDict } from '../../src/cli/starters/torch-state-dict.js';
import { wave } from './wave.js';

const file = readFileSync(new URL('fixtures/tiny-state-dict.pth', import.meta.url));

/** The file with the first occurrence of a text replaced by another of the same length. */
function replaced(from: string, to: string): Buffer {
  const copy = Buffer.from(file);
  const at = copy.indexOf(from);
  expect(at, `"${from}" is in the file`).toBeGreaterThanOrEqual(0);
  copy.write(to, at, 'latin1');
  return copy;
}

const refused = (message: RegExp) =>
  expect.objectContaining({
    code: 'STARTER_FILE_REFUSED',
    message: expect.stringMatching(message) as string,
  });

describe('reading a PyTorch state dict', () => {
  it('gives every parameter in row-major order, whatever its strides were', () => {
    const state = readTorchStateDict(file);
    expect([...state.keys()]).toEqual([
      '0.weight',
      '0.bias',
      '1.weight',
      '1.bias',
      '1.running_mean',
      '1.running_var',
    ]);
    const stored = wave(48, 0);
    const weight = state.get('0.weight');
    expect(weight?.shape).toEqual([4, 3, 2, 2]);
    // Stored as [height, width, in, out] = [2, 2, 3, 4], seen as [out, in, height, width].
    const expected = [];
    for (let out = 0; out < 4; out++)
      for (let input = 0; input < 3; input++)
        for (let row = 0; row < 2; row++)
          for (let column = 0; column < 2; column++)
            expected.push(stored[((row * 2 + column) * 3 + input) * 4 + out]);
    expect([...(weight?.data ?? [])]).toEqual(expected);
    expect(state.get('1.running_var')?.data).toEqual(wave(4, 5));
  });

  it('refuses a file that names anything a state dict does not need', () => {
    expect(() => readTorchStateDict(replaced('ctorch\nFloatStorage\n', 'cos\nsystem\nxxxxxxxxx\n'))).toThrow(
      refused(/names "os system"/),
    );
  });

  it('refuses an opcode that is not on the list', () => {
    const copy = Buffer.from(file);
    copy[2] = 0x69; // INST
    expect(() => readTorchStateDict(copy)).toThrow(refused(/opcode 0x69/));
  });

  it('refuses a call with arguments that describe no tensor', () => {
    // protocol 2, collections.OrderedDict called, its result called as a function
    const program = Buffer.from('\x80\x02ccollections\nOrderedDict\n)R)R.', 'latin1');
    expect(() => readTorchStateDict(program)).toThrow(refused(/it calls a value/));
  });

  it.each([1, 100, 1_000, 3_000])('refuses a file cut off after %d bytes', (length) => {
    expect(() => readTorchStateDict(file.subarray(0, Math.min(length, file.length - 1)))).toThrow(
      refused(/./),
    );
  });

  it('refuses bytes behind the last storage', () => {
    expect(() => readTorchStateDict(Buffer.concat([file, Buffer.alloc(8)]))).toThrow(refused(/bytes follow/));
  });

  it('refuses a zip archive, naming the format that is read', () => {
    expect(() => readTorchStateDict(Buffer.from('PK\x03\x04'))).toThrow(
      refused(/older format of torch.save/),
    );
  });
});
