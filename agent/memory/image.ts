/**
 * The bytes of V8's pages at one moment, as pure data: what agent/memory reads and the walk is made over.
 *
 *     buffer   | region 0 | region 1 |     region 2     | …        byteOffset = where a region begins, 8-aligned
 *                0x1a2…0000 (rw)       0x1a2…0000 + 512 KB
 */

import type { ElfSection } from '../base/elf.ts';
import type { VisitPiece } from '../base/pieces.ts';

export type { ElfSection };

/** One run of addresses whose bytes were copied. Pages that are not resident in it were never written: they read as zero. */
export interface MemoryRegion {
  readonly startAddress: number;
  readonly byteLength: number;
  /** Where it begins in the image's buffer; a multiple of 8. */
  readonly byteOffset: number;
  /** Its pages may be executed: V8's code space. */
  readonly executable: boolean;
}

/** V8's pages of a process, or of a core file, at one moment. */
export interface MemoryImage {
  /** All regions one behind the other; what lies behind the last one is spare. */
  readonly buffer: SharedArrayBuffer;
  /** Ascending by address, none overlapping; two may touch. A run of 256 KB and more that is not resident is in none. */
  readonly regions: readonly MemoryRegion[];
  /**
   * Reads what lies outside of V8's pages: the Isolate, external strings' data. Undefined where it cannot be read. Of a running
   * process it reads what is there now, not at the moment of the copy. The caller bounds how much.
   */
  readonly outside: (address: number, byteLength: number) => Uint8Array | undefined;
  /** Of one that ran on while it was read: an object may then be torn, and say what is not so. */
  readonly mapped?: MappedRuns;
}

/** What addresses of a process are mapped. */
export interface MappedRuns {
  /** How many bytes in one row are mapped from an address on; 0 where it is not. */
  from(address: number): number;
}

/** The file that holds V8: the executable, or the `libnode.so` that it is linked to. */
export interface Executable {
  /** For people. */
  readonly path: string;
  /** ELF's `e_machine`: 62 x86-64, 183 arm64. */
  readonly machine: number;
  /** Of the linker, in hex; undefined where it wrote none. */
  readonly buildId: string | undefined;
  /** What is added to an address of the file to have it in the process: 0 unless it is position-independent. */
  readonly loadBias: number;
  readonly sections: readonly ElfSection[];
  /** Calls `visit` with the bytes of the section of that index in `sections`, piece by piece (see pieces.ts); never for SHT_NOBITS. */
  readonly eachPiece: (index: number, visit: VisitPiece) => void;
  /** What the file holds for an address of its own (no load bias); undefined where it holds nothing. */
  readonly at: (address: number, byteLength: number) => Uint8Array | undefined;
}
