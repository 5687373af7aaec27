import { ZooError } from '../../errors.js';

/** Bounds-checked little-endian reading. */
export class PickleInput {
  constructor(
    private readonly bytes: Uint8Array,
    public position: number,
  ) {}

  byte(): number {
    const value = this.bytes[this.position++];
    if (value === undefined) throw refusedPickle('it ends in the middle of an instruction');
    return value;
  }

  uint32(): number {
    return this.int32() >>> 0;
  }

  int32(): number {
    return this.byte() | (this.byte() << 8) | (this.byte() << 16) | (this.byte() << 24);
  }

  longInteger(length: number): bigint {
    let value = 0n;
    for (let i = 0; i < length; i++) value |= BigInt(this.byte()) << BigInt(8 * i);
    return length === 0 ? 0n : BigInt.asIntN(8 * length, value);
  }

  text(length: number): string {
    if (this.position + length > this.bytes.length) throw refusedPickle('a text is longer than the file');
    const text = Buffer.from(this.bytes.subarray(this.position, this.position + length)).toString('utf8');
    this.position += length;
    return text;
  }

  line(): string {
    const end = this.bytes.indexOf(0x0a, this.position);
    if (end < 0 || end - this.position > 200) throw refusedPickle('a name does not end');
    const text = this.text(end - this.position);
    this.position++;
    return text;
  }
}

/** Why a pickle is not read any further. */
export function refusedPickle(reason: string): ZooError {
  return new ZooError(
    'STARTER_FILE_REFUSED',
    `The file is not a PyTorch state dict that can be read safely: ${reason}. Use the file of the package named in the documentation.`,
  );
}
