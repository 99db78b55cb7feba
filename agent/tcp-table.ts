/**
 * The kernel's table of TCP sockets, `/proc/net/tcp` and `/proc/net/tcp6`.
 *
 *     sl  local_address rem_address   st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode
 *      0: 0100007F:240D 00000000:0000 0A 00000000:00000000 00:00000000 00000000   0       0 31337 …
 *
 * An address stands in hexadecimal as the machine holds it, in words of 32 bits (little-endian here), the port big-endian.
 */
import { readFile } from 'node:fs/promises';

export interface TcpRow {
  /** `0100007F:240D`, as the kernel writes it: fit to be compared. */
  readonly local: string;
  readonly remote: string;
  readonly localPort: number;
  readonly listening: boolean;
  readonly established: boolean;
  /** Of the socket, the same as in `socket:[31337]` of its owner's descriptors; 0 once nobody owns it. */
  readonly inode: number;
}

const LISTEN = '0A';
const ESTABLISHED = '01';

/** All rows of the network that this process is in. A kernel without IPv6 has one file less. */
export async function tcpTable(): Promise<TcpRow[]> {
  const texts = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(textOf));
  return texts.flatMap(parseTcpTable);
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

export function parseTcpTable(text: string): TcpRow[] {
  const lines = text.split('\n').slice(1).filter(Boolean);
  return lines.map((line) => {
    const [, local, remote, state, , , , , , inode] = line.trim().split(/\s+/);
    return {
      local,
      remote,
      localPort: portOf(local),
      listening: state === LISTEN,
      established: state === ESTABLISHED,
      inode: Number(inode),
    };
  });
}

/** The address that a listening row is reached at from this machine: its own, or loopback if it listens on all. */
export function hostOf({ local }: TcpRow): string {
  const hex = local.slice(0, local.indexOf(':'));
  const bytes = hex.match(/.{8}/g)?.flatMap((word) => [...Buffer.from(word, 'hex')].reverse()) ?? [];
  if (bytes.every((byte) => byte === 0)) return bytes.length === 4 ? '127.0.0.1' : '::1';
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, at) => ((bytes[2 * at] << 8) | bytes[2 * at + 1]).toString(16));
  return groups.join(':');
}

/**
 * How many connections to a listening port of this machine belong to somebody else than the owner of `ourInodes`.
 * Each connection from this machine has two rows: the server's, and the client's with the addresses exchanged.
 */
export function strangersOn(port: number, rows: readonly TcpRow[], ourInodes: ReadonlySet<number>): number {
  const ours = new Set(rows.filter((row) => ourInodes.has(row.inode)).map((row) => row.local));
  return rows.filter((row) => row.established && row.localPort === port && !ours.has(row.remote)).length;
}

function portOf(address: string): number {
  return Number.parseInt(address.slice(address.indexOf(':') + 1), 16);
}
