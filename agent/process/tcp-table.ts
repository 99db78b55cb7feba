/**
 * The kernel's table of TCP sockets, `/proc/net/tcp` and `/proc/net/tcp6`.
 *
 *     sl  local_address rem_address   st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode
 *      0: 0100007F:240D 00000000:0000 0A 00000000:00000000 00:00000000 00000000   0       0 31337 …
 *
 * An address is in hexadecimal as the machine holds it, in words of 32 bits (little-endian here), the port big-endian.
 */
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';

export interface TcpRow {
  /** `0100007F:240D`, as the kernel writes it: fit to be compared. */
  readonly local: string;
  readonly remote: string;
  readonly localPort: number;
  readonly listening: boolean;
  readonly established: boolean;
  /** User id of who opened the socket; 0 also where nobody owns it any more. */
  readonly uid: number;
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
    const [, local, remote, state, , , , uid, , inode] = line.trim().split(/\s+/);
    return {
      local,
      remote,
      localPort: portOf(local),
      listening: state === LISTEN,
      established: state === ESTABLISHED,
      uid: Number(uid),
      inode: Number(inode),
    };
  });
}

/** How the kernel may write an address of IPv4 or IPv6: one of IPv4 also as IPv6 sockets hold it. */
export function kernelTexts(address: string, port: number): string[] {
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const bytes = bytesOf(address);
  const texts = [`${wordsOf(bytes)}${end}`];
  if (bytes.length === 4) texts.push(`${wordsOf([...MAPPED, ...bytes])}${end}`);
  return texts;
}

/** 4 bytes of IPv4, also where it is written as IPv6 (`::ffff:127.0.0.1`), else 16. */
function bytesOf(address: string): number[] {
  const [dotted] = /\d+\.\d+\.\d+\.\d+$/.exec(address) ?? [];
  if (dotted !== undefined) return dotted.split('.').map(Number);
  const [head = '', tail] = address.split('%', 1)[0]!.split('::');
  const groups = (text: string | undefined) => (text ? text.split(':').map((group) => Number.parseInt(group, 16)) : []);
  const [front, back] = [groups(head), groups(tail)];
  const middle = tail === undefined ? [] : Array<number>(Math.max(0, 8 - front.length - back.length)).fill(0);
  return [...front, ...middle, ...back].flatMap((group) => [group >> 8, group & 0xff]);
}

function wordsOf(bytes: readonly number[]): string {
  const words: string[] = [];
  for (let at = 0; at < bytes.length; at += 4)
    words.push(Buffer.from(bytes.slice(at, at + 4).reverse()).toString('hex'));
  return words.join('').toUpperCase();
}

/** The address that a listening row is reached at from this machine: its own, or loopback if it listens on all. */
export function hostOf(row: TcpRow): string {
  const bytes = boundBytes(row);
  if (isEvery(bytes)) return bytes.length === 4 ? '127.0.0.1' : '::1';
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, at) => ((bytes[2 * at] << 8) | bytes[2 * at + 1]).toString(16));
  return groups.join(':');
}

/** Whether somebody who connects to an address of this machine reaches who listens as `row` says. */
export function isReachedAt(row: TcpRow, host: string, port: number): boolean {
  if (!row.listening || row.localPort !== port) return false;
  const bound = mapped(boundBytes(row));
  const asked = mapped(addressBytes(host));
  if (isEvery(bound)) return !isV4(bound) || isV4(asked);
  return bound.join() === asked.join();
}

/**
 * Whether somebody who listens as `row` says would keep another from listening on `host` and `port`: on the same address, or
 * one of them on all. (Who listens on all of IPv6 listens on all of IPv4 too, unless he said otherwise, which is not shown.)
 */
export function isInTheWay(row: TcpRow, host: string, port: number): boolean {
  if (!row.listening || row.localPort !== port) return false;
  const theirs = mapped(boundBytes(row));
  const ours = mapped(addressBytes(host));
  if (isEvery(theirs)) return !isV4(theirs) || isV4(ours);
  if (isEvery(ours)) return !isV4(ours) || isV4(theirs);
  return theirs.join() === ours.join();
}

/**
 * How many connections to a listening port of this machine belong to somebody else than the owner of `ourInodes`.
 * Each connection from this machine has two rows: the server's, and the client's with the addresses exchanged.
 */
export function strangersOn(port: number, rows: readonly TcpRow[], ourInodes: ReadonlySet<number>): number {
  const ours = new Set(rows.filter((row) => ourInodes.has(row.inode)).map((row) => row.local));
  return rows.filter((row) => row.established && row.localPort === port && !ours.has(row.remote)).length;
}

/** Of the address that a row is bound to. */
function boundBytes({ local }: TcpRow): number[] {
  const words = local.slice(0, local.indexOf(':')).match(/.{8}/g) ?? [];
  return words.flatMap((word) => [...Buffer.from(word, 'hex').reverse()]);
}

/** Of an address as text; a name is taken for `localhost`, which an inspector listens on by IPv4. */
function addressBytes(host: string): number[] {
  return bytesOf(isIP(host) === 0 ? '127.0.0.1' : host);
}

const MAPPED = [...Array<number>(10).fill(0), 0xff, 0xff];

/** IPv4's addresses in IPv6's room, as `::ffff:127.0.0.1`; all of IPv4, `::ffff:0.0.0.0`, stays apart from all of IPv6, `::`. */
function mapped(bytes: readonly number[]): readonly number[] {
  return bytes.length === 4 ? [...MAPPED, ...bytes] : bytes;
}

function isV4(bytes: readonly number[]): boolean {
  return MAPPED.every((byte, at) => bytes[at] === byte);
}

function isEvery(bytes: readonly number[]): boolean {
  return bytes.slice(isV4(bytes) ? MAPPED.length : 0).every((byte) => byte === 0);
}

function portOf(address: string): number {
  return Number.parseInt(address.slice(address.indexOf(':') + 1), 16);
}
