/**
 * Who is at the other end of a connection, before any token: its address, whether a proxy asks for somebody else, and, of a
 * client of this machine, its user, whom the kernel knows.
 *
 *     their socket  0100007F:C350 ─> 0100007F:1CA3  uid 1000 ┐  /proc/net/tcp, tcp6: the row whose addresses are ours, exchanged
 *     our socket    0100007F:1CA3 ─> 0100007F:C350           ┘
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { kernelTexts, type TcpRow, tcpTable } from '../../agent/process/tcp-table.ts';

/** `unknown`: this system does not tell. `gone`: it tells of no such connection, it has ended. */
export type PeerUser = number | 'unknown' | 'gone';

export interface Peer {
  readonly address: string;
  readonly user: PeerUser;
  /** The header by which a proxy tells that it asks for somebody else; absent where there is none. */
  readonly forwardedBy?: string;
}

/** What proxies add to a request, whatever else they do with it. */
const FORWARDING =
  /^(?:forwarded|via|x-forwarded(?:-.*)?|x-original-(?:forwarded-for|host)|x-real-ip|x-client-ip|x-cluster-client-ip|true-client-ip|cf-connecting-ip|x-envoy-.*|x-proxyuser-ip)$/;

/** Characters of such a header's name that are kept. */
const MAX_HEADER_NAME = 40;

/** Users by connection: a socket stays with the user who opened it. */
const users = new WeakMap<Socket, Promise<PeerUser>>();

/** @param wantsUser false: nobody needs to know it, and the kernel is not asked */
export async function peerOf({ socket, headers }: IncomingMessage, wantsUser: boolean): Promise<Peer> {
  const address = socket.remoteAddress ?? '';
  const forwardedBy = Object.keys(headers).find((name) => FORWARDING.test(name));
  const user = wantsUser ? await userOf(socket) : 'unknown';
  return { address, user, ...(forwardedBy !== undefined && { forwardedBy: forwardedBy.slice(0, MAX_HEADER_NAME) }) };
}

function userOf(socket: Socket): Promise<PeerUser> {
  const user = users.get(socket) ?? findUser(socket);
  users.set(socket, user);
  return user;
}

async function findUser({ localAddress, localPort, remoteAddress, remotePort }: Socket): Promise<PeerUser> {
  if (localAddress === undefined || localPort === undefined) return 'gone';
  if (remoteAddress === undefined || remotePort === undefined) return 'gone';
  if (process.platform !== 'linux') return 'unknown';
  const ours = new Set(kernelTexts(localAddress, localPort));
  const theirs = new Set(kernelTexts(remoteAddress, remotePort));
  const rows = await currentTable();
  const known = rows.some(({ local, remote }) => ours.has(local) && theirs.has(remote));
  // a row without an owner is that of a socket that was closed: its user is reported as 0
  const peer = rows.find(({ local, remote, inode }) => theirs.has(local) && ours.has(remote) && inode !== 0);
  if (peer) return peer.uid;
  // a kernel that does not even tell of our own end tells nothing
  return known ? 'gone' : 'unknown';
}

let reading: Promise<readonly TcpRow[]> | undefined;
let next: Promise<readonly TcpRow[]> | undefined;

/** The table as it is after now. One reading answers all who ask while the one before goes on. */
function currentTable(): Promise<readonly TcpRow[]> {
  if (!reading) return read();
  next ??= reading.then(read, read);
  return next;
}

function read(): Promise<readonly TcpRow[]> {
  next = undefined;
  const mine = tcpTable().finally(() => {
    if (reading === mine) reading = undefined;
  });
  reading = mine;
  return mine;
}
