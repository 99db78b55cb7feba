/** Every mapping in the text of `/proc/PID/smaps`, with what of it is in the machine's memory; pure. */

/** One mapping; its addresses are multiples of the page size. */
export interface Area {
  readonly startAddress: number;
  readonly endAddress: number;
  /** As the kernel writes it: `rw-p`, `r-xp`, `rw-s`. */
  readonly rights: string;
  /** The file's, or the kernel's word in brackets; empty where there is none. */
  readonly name: string;
  /** It has a file behind it. */
  readonly isFile: boolean;
  readonly rssBytes: number;
  readonly swapBytes: number;
  /** Two letters each: `dc` is not copied to children, `nh` gets no huge pages. */
  readonly flags: ReadonlySet<string>;
}

const KIB = 1_024;

/** In the order of their addresses. */
export function areasOf(smaps: string): Area[] {
  const found: Area[] = [];
  // some 25 lines a mapping, of which VmFlags is the last: looked for, not split
  for (let begin = 0; begin < smaps.length; ) {
    const flags = smaps.indexOf('\nVmFlags:', begin);
    if (flags < 0) break;
    const lineEnd = smaps.indexOf('\n', flags + 1);
    const end = lineEnd < 0 ? smaps.length : lineEnd;
    const area = areaIn(smaps.slice(begin, flags), smaps.slice(flags + '\nVmFlags:'.length, end));
    if (area) found.push(area);
    begin = end + 1;
  }
  return found;
}

/** The first line of `text`: `7f00-7f10 rw-p 00000000 08:01 77    /path`. */
function areaIn(text: string, flags: string): Area | null {
  const [range = '', rights = '', , , inode, ...name] = text.slice(0, Math.max(0, text.indexOf('\n'))).split(' ');
  const [start = '', end = ''] = range.split('-');
  if (end === '' || rights.length !== 4 || inode === undefined) return null;
  return {
    startAddress: Number.parseInt(start, 16),
    endAddress: Number.parseInt(end, 16),
    rights,
    name: name.join(' ').trim(),
    isFile: inode !== '0',
    rssBytes: kilobytes(text, '\nRss:') * KIB,
    swapBytes: kilobytes(text, '\nSwap:') * KIB,
    flags: new Set(flags.split(' ').filter((flag) => flag !== '')),
  };
}

function kilobytes(text: string, name: string): number {
  const at = text.indexOf(name);
  return at < 0 ? 0 : Number.parseInt(text.slice(at + name.length, at + name.length + 24), 10) || 0;
}

export function byteLengthOf({ startAddress, endAddress }: Pick<Area, 'startAddress' | 'endAddress'>): number {
  return endAddress - startAddress;
}
