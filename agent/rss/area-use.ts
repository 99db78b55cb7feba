/**
 * What a process uses each of its mappings for, by how the kernel lists them and what lies beside them; pure.
 *
 *     wasm memory    | ---p dc  2 GB |  rw-p dc  |  ---p dc  8 GB |        V8 keeps the whole range that wasm could reach
 *     thread stack   | ---p  4 KB    |  rw-p nh  |                        a page that nobody may touch beneath it
 *     malloc arena   at a multiple of 64 MB:  rw-p | ---p  rest of 64 MB |
 */
import { type Area, byteLengthOf } from './areas.ts';

export type AreaUse =
  /** V8's pages, its code range and its tables. */
  | 'v8'
  | 'wasm'
  | 'stack'
  /** The C library's: what grows at the program's end, its arenas, and single large blocks. */
  | 'brk'
  | 'arena'
  | 'anonymous'
  /** Node's own file, and its variables. */
  | 'binary'
  | 'file'
  | 'shared'
  /** Nothing of it can be touched. */
  | 'reserved';

const GB = 2 ** 30;
/** A range that wasm can reach is 4 GB and more. */
const WASM_GUARD_BYTES = 4 * GB - 64 * 1_024;
/** glibc has one page below a stack, musl two; V8's workers have no more. */
const LARGEST_STACK_GUARD_BYTES = 64 * 1_024;
const ARENA_BYTES = 64 * 2 ** 20;

/**
 * In the order of `areas`.
 * @param executable path of Node's file @param stackPointers of its threads, where the kernel tells them
 */
export function usesOf(areas: readonly Area[], executable: string, stackPointers: readonly number[] = []): AreaUse[] {
  return areas.map((area, at) => useOf(area, areas[at - 1], areas[at + 1], executable, stackPointers));
}

function useOf(
  area: Area,
  before: Area | undefined,
  after: Area | undefined,
  executable: string,
  stackPointers: readonly number[],
): AreaUse {
  const { rights, name, flags } = area;
  if (isShared(area)) return 'shared';
  if (area.isFile) return withoutDeleted(name) === withoutDeleted(executable) ? 'binary' : 'file';
  if (name === '[heap]') return 'brk';
  if (name.startsWith('[stack')) return 'stack';
  if (name.startsWith('[v')) return 'file'; // the kernel's own page for its clock
  if (rights.startsWith('---')) return 'reserved';
  if (flags.has('dc')) return isWasm(area, after) ? 'wasm' : 'v8';
  if (isStack(area, before, stackPointers)) return 'stack';
  if (area.startAddress % ARENA_BYTES === 0 && rights === 'rw-p') return 'arena';
  // variables of a file lie right behind it
  const isBehind = before?.isFile === true && before.endAddress === area.startAddress && before.rights.startsWith('rw');
  if (isBehind) return withoutDeleted(before.name) === withoutDeleted(executable) ? 'binary' : 'file';
  return 'anonymous';
}

function isShared({ rights, name }: Area): boolean {
  return rights.endsWith('s') || /^\/(?:dev\/shm\/|memfd:|SYSV)/.test(name);
}

function isWasm(area: Area, after: Area | undefined): boolean {
  return (
    after !== undefined &&
    after.startAddress === area.endAddress &&
    after.rights.startsWith('---') &&
    after.flags.has('dc') &&
    byteLengthOf(after) + byteLengthOf(area) >= WASM_GUARD_BYTES
  );
}

function isStack(area: Area, before: Area | undefined, stackPointers: readonly number[]): boolean {
  if (stackPointers.some((pointer) => pointer >= area.startAddress && pointer < area.endAddress)) return true;
  return (
    before !== undefined &&
    before.endAddress === area.startAddress &&
    before.rights.startsWith('---') &&
    !before.flags.has('dc') &&
    byteLengthOf(before) <= LARGEST_STACK_GUARD_BYTES
  );
}

function withoutDeleted(path: string): string {
  return path.replace(/ \(deleted\)$/, '');
}
