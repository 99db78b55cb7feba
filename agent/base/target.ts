/** The ways to write a target on the command line and in a configuration. */
import { existsSync } from 'node:fs';

export type Target =
  | { readonly kind: 'address'; readonly host: string; readonly port: number }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'pid'; readonly pid: number }
  | { readonly kind: 'file'; readonly path: string }
  /** A collector's stream; `name` is one of its targets, `sample` the id of a stored partition. */
  | { readonly kind: 'collector'; readonly url: string; readonly name?: string; readonly sample?: string };

export class TargetSyntaxError extends SyntaxError {
  override name = 'TargetSyntaxError';
}

const COLLECTOR_PATH = '/v1/stream';
const FORMS = 'a port (9229), host:port, ws://…, pid:1234 or a .heapsnapshot file';
const PORT = 'a port from 1 to 65535';
/** Of a number alone; the command line gives one of a process as `pid:N` (bare-number.ts). */
const PORT_OR_PID = `${PORT}, or the number of a live Node process`;
/** `core`, `core.4711`, `app.core`: what gcore and the kernel write. */
const CORE_FILE = /(^|[./])core(\.\d+)?$/;

/** Names that only a file has, and `-`, which is what standard input is called. */
const FILE_NAME = /\.(?:heapsnapshot|heaptimeline|heapprofile|json|gz)$|^\.{0,2}\/|^-$/i;

/**
 * Reads a target's text: `9229`, `host:9229`, `[::1]:9229`, `ws://…`, `ws://…/v1/stream#api`, `pid:1234` or a file's path.
 * What could be none of them but is the name of a file that is there is that file. @throws TargetSyntaxError
 */
export function parseTarget(text: string): Target {
  if (/^wss?:/i.test(text)) return webSocketTarget(text);
  const pid = /^pid:(.*)$/.exec(text);
  if (pid) return { kind: 'pid', pid: pidOf(text, pid[1]) };
  if (/^\d+$/.test(text)) return { kind: 'address', host: '127.0.0.1', port: portOf(text, text, PORT_OR_PID) };
  if (FILE_NAME.test(text) || CORE_FILE.test(text)) return { kind: 'file', path: text };
  const address = /^(?:\[([\da-f:.]+(?:%[\w.-]+)?)\]|([^\s:/[\]\p{C}]{1,253})):(\d+)$/iu.exec(text);
  if (address) return { kind: 'address', host: address[1] ?? address[2], port: portOf(text, address[3]) };
  if (existsSync(text)) return { kind: 'file', path: text };
  throw new TargetSyntaxError(`Cannot read target "${text}": expected ${FORMS}`);
}

/** `127.0.0.1:9229`, `[::1]:9229`. */
export function addressText(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function webSocketTarget(text: string): Target {
  let url: URL;
  let fragment: string;
  try {
    url = new URL(text);
    fragment = decodeURIComponent(url.hash.slice(1));
  } catch (cause) {
    throw new TargetSyntaxError(`Cannot read target "${text}": it is no valid URL`, { cause });
  }
  if (url.hash === '' && url.pathname !== COLLECTOR_PATH) return { kind: 'url', url: text };
  url.hash = '';
  const sample = /^sample=(.+)$/.exec(fragment);
  if (sample) return { kind: 'collector', url: url.href, sample: sample[1] };
  return { kind: 'collector', url: url.href, ...(fragment !== '' && { name: fragment }) };
}

function portOf(text: string, digits: string, expected = PORT): number {
  const port = Number(digits);
  if (port >= 1 && port <= 65535) return port;
  throw new TargetSyntaxError(`Cannot read target "${text}": expected ${expected}, got ${digits}`);
}

function pidOf(text: string, digits: string): number {
  const pid = Number(digits);
  if (/^\d+$/.test(digits) && pid > 0 && pid < 2 ** 31) return pid;
  throw new TargetSyntaxError(`Cannot read target "${text}": expected a process id, got "${digits}"`);
}
