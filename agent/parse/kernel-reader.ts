/**
 * Records of which the kernel takes as many as it can, in batches, and the machine of records.ts the others: those cut by
 * the end of a buffer, the last one, and whatever the kernel does not like.
 */
import { type NumbersKernel, numbersKernel } from './kernel/numbers.ts';
import { RecordReader } from './records.ts';

export abstract class KernelReader extends RecordReader {
  /** Null where the fields are not those of the kernel, or this Node cannot run it. */
  readonly #kernel: NumbersKernel | null;

  /** @param fits whether the records' fields are those that the kernel is for */
  constructor(section: string, fieldCount: number, fits: boolean) {
    super(section, fieldCount);
    this.#kernel = fits ? numbersKernel() : null;
  }

  /**
   * Has the kernel take a batch of the records from address `from` to `kernel.end`, and takes that over.
   * @param base offset in the snapshot of address 0
   * @returns the address after the last one taken
   */
  protected abstract takeBatch(kernel: NumbersKernel, from: number, base: number): number;

  override read(bytes: Uint8Array, from: number, offset: number): number {
    this.#kernel?.forget();
    return super.read(bytes, from, offset);
  }

  protected override pass(bytes: Uint8Array, from: number, offset: number): number {
    const kernel = this.#kernel;
    if (kernel === null) return from;
    let at = from;
    while (at < bytes.length) {
      const address = kernel.hold(bytes, at);
      const stop = this.takeBatch(kernel, address, offset + at - address);
      if (stop === address) break;
      at += stop - address;
    }
    return at;
  }
}

/** For the kernel, which is handed the largest name so far: its own have eight digits, so more makes no difference. */
export function largestName(maxName: number): number {
  return Math.min(maxName, 2 ** 31 - 1);
}
