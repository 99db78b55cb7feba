/** A small reader of a stopped process's V8 pages and of its executable, independent of agent/memory's. */
import { closeSync, openSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import type { Executable, MemoryImage, MemoryRegion } from '../../agent/memory/image.ts';

const PAGE = 4096;

/** Copies all V8 pages of the process, which is stopped by the caller or does nothing. */
export function memoryImage(pid: number): MemoryImage {
  const ranges = residentRanges(pid);
  const total = ranges.reduce((sum, [start, end]) => sum + (end - start), 0);
  const buffer = new SharedArrayBuffer(total);
  const bytes = new Uint8Array(buffer);
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const regions: MemoryRegion[] = [];
  let byteOffset = 0;
  for (const [start, end, executable] of ranges) {
    for (let at = start; at < end; )
      at += readSync(memory, bytes, byteOffset + at - start, Math.min(end - at, 2 ** 30), at);
    regions.push({ startAddress: start, byteLength: end - start, byteOffset, executable });
    byteOffset += end - start;
  }
  const outside = (address: number, byteLength: number): Uint8Array | undefined => {
    const read = new Uint8Array(byteLength);
    try {
      return readSync(memory, read, 0, byteLength, address) === byteLength ? read : undefined;
    } catch {
      return undefined;
    }
  };
  return { buffer, regions, outside };
}

/** Readable V8 mappings without the runs of 256 KB and more that are not resident. */
function residentRanges(pid: number): [start: number, end: number, executable: boolean][] {
  const pagemap = openSync(`/proc/${pid}/pagemap`, 'r');
  const ranges: [number, number, boolean][] = [];
  for (const [start, end, flags] of v8Mappings(pid)) {
    const entries = Buffer.alloc(((end - start) / PAGE) * 8);
    readSync(pagemap, entries, 0, entries.length, (start / PAGE) * 8);
    for (let chunk = start; chunk < end; ) {
      const next = Math.min(end, (Math.floor(chunk / 2 ** 18) + 1) * 2 ** 18);
      let resident = false;
      for (let at = chunk; at < next; at += PAGE) resident ||= entries[((at - start) / PAGE) * 8 + 7] >= 0x40;
      const last = ranges.at(-1);
      if (resident && last !== undefined && last[1] === chunk && chunk !== start) last[1] = next;
      else if (resident) ranges.push([chunk, next, flags[2] === 'x']);
      chunk = next;
    }
  }
  closeSync(pagemap);
  return ranges;
}

function* v8Mappings(pid: number): Generator<[start: number, end: number, flags: string]> {
  let mapping: [number, number, string] | undefined;
  for (const line of readFileSync(`/proc/${pid}/smaps`, 'latin1').split('\n')) {
    const [, start, end, flags] = /^([0-9a-f]+)-([0-9a-f]+) (....)/.exec(line) ?? [];
    if (flags !== undefined) mapping = [Number.parseInt(start, 16), Number.parseInt(end, 16), flags];
    else if (/^VmFlags:.* dc\b/.test(line) && mapping?.[2][0] === 'r') yield mapping;
  }
}

/** The file that the process runs. */
export function executableOf(pid: number): Executable {
  return executableFile(readlinkSync(`/proc/${pid}/exe`));
}

/** An ELF file as agent/memory describes one. */
export function executableFile(path: string): Executable {
  const file = openSync(path, 'r');
  const read = (at: number, byteLength: number): Buffer => {
    const bytes = Buffer.alloc(byteLength);
    readSync(file, bytes, 0, byteLength, at);
    return bytes;
  };
  const header = read(0, 64);
  const count = header.readUInt16LE(60);
  const table = read(Number(header.readBigUInt64LE(40)), count * 64);
  const raw = Array.from({ length: count }, (_, i) => {
    const u64 = (at: number): number => Number(table.readBigUInt64LE(i * 64 + at));
    return {
      nameAt: table.readUInt32LE(i * 64),
      type: table.readUInt32LE(i * 64 + 4),
      address: u64(16),
      offset: u64(24),
      byteLength: u64(32),
      link: table.readUInt32LE(i * 64 + 40),
    };
  });
  const section = (index: number): Buffer =>
    raw[index].type === 8 ? Buffer.alloc(0) : read(raw[index].offset, raw[index].byteLength);
  const names = section(header.readUInt16LE(62));
  return {
    path,
    machine: header.readUInt16LE(18),
    buildId: undefined,
    loadBias: 0,
    sections: raw.map(({ nameAt, type, address, byteLength, link }) => ({
      name: names.toString('latin1', nameAt, names.indexOf(0, nameAt)),
      type,
      address,
      byteLength,
      link,
    })),
    eachPiece: (index, visit) => visit(section(index), 0),
    at: (address, byteLength) => {
      const holder = raw.find(
        (each) =>
          each.address !== 0 &&
          each.type !== 8 &&
          address >= each.address &&
          address + byteLength <= each.address + each.byteLength,
      );
      return holder && read(holder.offset + address - holder.address, byteLength);
    },
  };
}
