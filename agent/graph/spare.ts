/**
 * Memory that nobody reads any more, for arrays that are needed for a while: what a large heap's columns lie in is used twice,
 * so that the peak of memory is that of reading. What does not fit is allocated.
 */

interface Room {
  readonly buffer: ArrayBufferLike;
  start: number;
  readonly end: number;
}

export class Spare {
  readonly #rooms: Room[];
  readonly #later: readonly Uint32Array[];

  /**
   * @param arrays whose contents are lost from now on; of several in one buffer that is one room
   * @param later those that are read until somebody says `readLast`
   */
  constructor(arrays: readonly Uint32Array[] = [], later: readonly Uint32Array[] = []) {
    this.#rooms = roomsOf(arrays);
    this.#later = later;
  }

  /** From now on the contents of the later arrays are lost, too. */
  readLast(): void {
    for (const room of roomsOf(this.#later)) this.#rooms.push(room);
  }

  /** An array of zeros. */
  zeros(length: number): Uint32Array {
    const array = this.#taken(length);
    return array === undefined ? new Uint32Array(length) : array.fill(0);
  }

  /** An array of anything. */
  any(length: number): Uint32Array {
    return this.#taken(length) ?? new Uint32Array(length);
  }

  /** Numbers copied from `values`. */
  floats(values: ArrayLike<number>): Float64Array {
    const room = this.#room(values.length * Float64Array.BYTES_PER_ELEMENT);
    if (room === undefined) return new Float64Array(values);
    const array = new Float64Array(room.buffer, room.start, values.length);
    array.set(values);
    room.start += array.byteLength;
    return array;
  }

  /** Takes back what its holder needs no more. */
  give({ buffer, byteOffset, byteLength }: Uint32Array): void {
    this.#rooms.push({ buffer, start: aligned(byteOffset), end: byteOffset + byteLength });
  }

  #taken(length: number): Uint32Array | undefined {
    const room = this.#room(length * Uint32Array.BYTES_PER_ELEMENT);
    if (room === undefined) return undefined;
    const array = new Uint32Array(room.buffer, room.start, length);
    room.start = aligned(room.start + array.byteLength);
    return array;
  }

  /** The smallest with so many bytes. */
  #room(bytes: number): Room | undefined {
    const fitting = this.#rooms.filter(({ start, end }) => end - start >= bytes);
    return fitting.sort((a, b) => a.end - a.start - (b.end - b.start))[0];
  }
}

function roomsOf(arrays: readonly Uint32Array[]): Room[] {
  const buffers = new Set(arrays.map(({ buffer }) => buffer));
  return Array.from(buffers, (buffer) => ({ buffer, start: 0, end: buffer.byteLength }));
}

function aligned(offset: number): number {
  return Math.ceil(offset / Float64Array.BYTES_PER_ELEMENT) * Float64Array.BYTES_PER_ELEMENT;
}
