/** Says in one line what answers at an address instead of an inspector, and what to do about it. */

const NO_INSPECTOR = 'this is no Node.js inspector; check the port';

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'connection refused, start the process with --inspect or name it by pid:N',
  ECONNRESET: `it closed the connection without an answer, ${NO_INSPECTOR} (does it speak TLS?)`,
  EPIPE: `it closed the connection without an answer, ${NO_INSPECTOR}`,
  EHOSTUNREACH: 'host unreachable, check the address',
  ENETUNREACH: 'network unreachable, check the address',
  ENOTFOUND: 'no such host, check the name',
  EAI_AGAIN: 'the host name could not be looked up, check the name or the resolver',
  EACCES: 'permission denied, check the firewall',
  EPERM: 'permission denied, check the firewall',
};

/** TLS record type of an alert: what a TLS server answers to plain HTTP. */
const TLS_ALERT = 0x15;

interface NetworkError extends Error {
  code?: string;
  /** What Node's HTTP parser could not read. */
  rawPacket?: Uint8Array;
}

/** `reason, what to do` of an error that connecting or asking over HTTP gave. */
export function refusalOf(error: NetworkError, timeoutMs: number): string {
  const { code = '' } = error;
  if (error.name === 'TimeoutError' || code === 'ETIMEDOUT' || error.message === 'Opening handshake has timed out') {
    return `no answer within ${timeoutMs} ms, its process is stopped (kill -CONT) or ${NO_INSPECTOR}`;
  }
  if (code.startsWith('HPE_')) {
    if (error.rawPacket?.[0] === TLS_ALERT) return `it speaks TLS, ${NO_INSPECTOR}`;
    return `its answer is not HTTP, ${NO_INSPECTOR}`;
  }
  const upgrade = /^Unexpected server response: (\d+)$/.exec(error.message);
  if (upgrade) return `it refused the WebSocket (HTTP ${upgrade[1]}), ${NO_INSPECTOR} or the path of the URL`;
  return REASONS[code] ?? `${error.message || code}, ${NO_INSPECTOR}`;
}
