/** Copies of the audit trail: what real servers of syslog get by UDP and TCP, through cuts, and from who does not read. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { AuditTrail } from '../../../collector/audit/audit-trail.ts';
import { Syslog, syslogMessage } from '../../../collector/audit/syslog.ts';
import { parseSyslog } from '../../../collector/config/syslog-address.ts';
import { LogLines } from '../../support/log-lines.ts';
import { until } from '../../support/until.ts';

const ACT = { by: 'ops', via: 'http', act: 'probe', target: 'api', outcome: 'done' } as const;

/** RFC 5424: priority, version, time, host, application, process, message id, no structured data. */
const MESSAGE = /^<(\d+)>1 (\S+) ([\x21-\x7e]+) heapwatch (\d+) ([\x21-\x7e]{1,32}) - (\{.*\})$/s;

function trailTo(copy: Syslog, { logger }: LogLines): AuditTrail {
  return AuditTrail.inMemory({ logger, now: () => Date.UTC(2026, 10, 30), copy });
}

interface SyslogServer extends AsyncDisposable {
  readonly port: number;
  readonly server: Server;
  readonly sockets: Set<Socket>;
  /** The next message, in its frame of counted octets. */
  next(): Promise<string>;
}

async function tcpServer(onSocket: (socket: Socket) => void = () => {}): Promise<SyslogServer> {
  const sockets = new Set<Socket>();
  const messages: string[] = [];
  let wake = () => {};
  const server = createServer((socket) => {
    sockets.add(socket);
    let bytes = Buffer.alloc(0);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    onSocket(socket);
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (let frame = frameOf(bytes); frame; frame = frameOf(bytes)) {
        messages.push(frame.message);
        bytes = bytes.subarray(frame.end);
      }
      wake();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    server,
    sockets,
    next: async () => {
      while (messages.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return messages.shift()!;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function frameOf(bytes: Buffer): { message: string; end: number } | undefined {
  const blank = bytes.indexOf(' ');
  if (blank < 0) return undefined;
  const end = blank + 1 + Number(bytes.toString('latin1', 0, blank));
  return end > bytes.length ? undefined : { message: bytes.toString('utf8', blank + 1, end), end };
}

test('a message is of RFC 5424, with the entry as it is in the trail', () => {
  const entry = { at: '2026-11-30T00:00:00.000Z', act: 'sign in\n', outcome: 'refused' } as const;
  const [, priority, at, , , id, json] = MESSAGE.exec(syslogMessage(entry, '{"by":"ä\\n"}'))!;
  assert.deepEqual([priority, at, id, json], ['108', entry.at, 'sign_in_', '{"by":"ä\\n"}']);
});

test('each entry comes by TCP, also after the server has gone for a while', async () => {
  const lines = new LogLines();
  await using first = await tcpServer();
  const syslog = new Syslog({ by: 'tcp', host: '127.0.0.1', port: first.port }, lines.logger);
  const trail = trailTo(syslog, lines);
  const { hash } = trail.append({ ...ACT, params: { text: 'ключ' } });
  const [, priority, , , pid, id, json] = MESSAGE.exec(await first.next())!;
  assert.deepEqual([priority, Number(pid), id], ['110', process.pid, 'probe']);
  assert.deepEqual(JSON.parse(json!), (await trail.query({})).entries[0]);
  assert.equal(JSON.parse(json!).hash, hash);
  const [socket] = first.sockets;
  const ended = once(socket!, 'close');
  socket!.destroy();
  await ended;
  // it is noticed with one of the next ones, which is lost
  const connected = once(first.server, 'connection');
  let isConnected = false;
  void connected.then(() => {
    isConnected = true;
  });
  await until(() => {
    trail.append(ACT);
    return isConnected;
  });
  const { seq } = JSON.parse(MESSAGE.exec(await first.next())![6]!);
  assert.ok(seq > 1);
  await trail.close();
});

test('a server that does not read takes no more than a bounded queue, and the log tells what is lost', async () => {
  const lines = new LogLines();
  await using deaf = await tcpServer((socket) => socket.pause());
  const syslog = new Syslog({ by: 'tcp', host: '127.0.0.1', port: deaf.port }, lines.logger);
  const trail = trailTo(syslog, lines);
  const params = { text: 'x'.repeat(2_000) };
  for (let at = 0; at < 30_000; at++) {
    trail.append({ ...ACT, params });
    if (at % 1_000 === 0) await new Promise(setImmediate);
  }
  await trail.close();
  const told = await lines.next('audit trail not sent to syslog');
  assert.ok(Number(told.lost) >= 10_000, JSON.stringify(told));
});

test('a server that is not there holds nothing up', async () => {
  const lines = new LogLines();
  await using gone = await tcpServer();
  const { port } = gone;
  await gone[Symbol.asyncDispose]();
  const trail = trailTo(new Syslog({ by: 'tcp', host: '127.0.0.1', port }, lines.logger), lines);
  for (let at = 0; at < 5; at++) await trail.append(ACT).written;
  await trail.close();
  assert.equal((await lines.next('audit trail not sent to syslog')).level, 50);
});

test('each entry is a datagram by UDP', async () => {
  const server = createSocket('udp4');
  after(() => server.close());
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  const lines = new LogLines();
  const trail = trailTo(new Syslog({ by: 'udp', host: '127.0.0.1', port: server.address().port }, lines.logger), lines);
  const got = once(server, 'message');
  trail.append({ ...ACT, outcome: 'failed', params: { text: 'x'.repeat(4_000) } });
  const [message] = (await got) as [Buffer];
  assert.equal(MESSAGE.exec(message.toString())?.[1], '109');
  await trail.close();
});

test('an address says how and where, and nothing else', () => {
  assert.deepEqual(parseSyslog('udp://logs'), { by: 'udp', host: 'logs', port: 514 });
  assert.deepEqual(parseSyslog('tls://[::1]:7000/'), { by: 'tls', host: '::1', port: 7000 });
  for (const wrong of [
    '/dev/log',
    'http://logs',
    'tcp://',
    'tcp://u:p@logs',
    'udp://logs/x',
    'tcp://logs?x',
    'tcp://logs:99999',
  ])
    assert.throws(() => parseSyslog(wrong), /expected udp:\/\/host:514, tcp:\/\/host:601 or tls:\/\/host:6514, got/);
});
