/**
 * A target that is a number alone: the port of an inspector, or the process of that number where nothing listens there.
 *
 *     4711 ─ no live Node process has it ──────────> 4711, a port
 *          ├ something listens on that port ───────> 4711
 *          └ nothing does ─────────────────────────> pid:4711
 */
import { connect } from 'node:net';

const LOOPBACKS = ['127.0.0.1', '::1'];
const MAX_PORT = 65_535;
/** A port of this machine that does not answer is no closed one. */
const CONNECT_MS = 1_000;

/** The text that every command takes, for what somebody typed. */
export async function namedTarget(text: string): Promise<string> {
  const number = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : 0;
  if (number === 0) return text;
  const { isNodePid } = await import('../../agent/probe/walked-memory.ts');
  if (!(await isNodePid(number))) return text;
  const listens = number > MAX_PORT ? [] : await Promise.all(LOOPBACKS.map((host) => isOpen(host, number)));
  return listens.includes(true) ? text : `pid:${number}`;
}

async function isOpen(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port, timeout: CONNECT_MS });
  try {
    return await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('timeout', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
  } finally {
    socket.destroy();
  }
}
