/** The sockets that a process of this machine listens on. */
import { socketInodes } from './process.ts';
import { type TcpRow, tcpTable } from './tcp-table.ts';

/** Those in the network that this process is in. @throws ProcessError */
export async function listeningRows(pid: number): Promise<TcpRow[]> {
  const [rows, inodes] = await Promise.all([tcpTable(), socketInodes(pid)]);
  return rows.filter((row) => row.listening && inodes.has(row.inode));
}
