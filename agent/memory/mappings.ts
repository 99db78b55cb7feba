/** The mappings of V8's pages in the text of `/proc/PID/smaps`, pure. */

/** One mapping; its addresses are multiples of the page size. */
export interface Mapping {
  readonly startAddress: number;
  readonly endAddress: number;
  readonly executable: boolean;
  /** Of it in the machine's memory or in swap; the rest was never written, and reads as zero. */
  readonly heldBytes: number;
}

const KIB = 1_024;
const HEADER = /^([0-9a-f]+)-([0-9a-f]+) (...)/;

/**
 * The readable mappings that are marked `dc` (MADV_DONTFORK): Node marks exactly V8's pages so, that a child which is being
 * started does not copy them (18 to 26). What is only reserved is not readable.
 *
 * Half of a megabyte of text for a gigabyte of heap, and the target is stopped meanwhile: so lines are looked for, not split.
 */
export function v8Mappings(smaps: string): Mapping[] {
  const found: Mapping[] = [];
  // a mapping is some 25 lines: its header, then fields, of which VmFlags is the last
  for (let begin = 0; begin < smaps.length; ) {
    const flags = smaps.indexOf('\nVmFlags:', begin);
    if (flags < 0) break;
    const lineEnd = smaps.indexOf('\n', flags + 1);
    const end = lineEnd < 0 ? smaps.length : lineEnd;
    if (smaps.slice(flags, end).includes(' dc')) {
      const mapping = mappingIn(smaps.slice(begin, flags));
      if (mapping) found.push(mapping);
    }
    begin = end + 1;
  }
  return found;
}

function mappingIn(text: string): Mapping | null {
  const header = HEADER.exec(text);
  if (header?.[3][0] !== 'r') return null;
  return {
    startAddress: Number.parseInt(header[1], 16),
    endAddress: Number.parseInt(header[2], 16),
    executable: header[3][2] === 'x',
    heldBytes: (kilobytes(text, '\nRss:') + kilobytes(text, '\nSwap:')) * KIB,
  };
}

function kilobytes(text: string, name: string): number {
  const at = text.indexOf(name);
  return at < 0 ? 0 : Number.parseInt(text.slice(at + name.length, at + name.length + 24), 10) || 0;
}
