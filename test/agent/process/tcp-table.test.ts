import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostOf, isInTheWay, kernelTexts, parseTcpTable, strangersOn } from '../../../agent/process/tcp-table.ts';

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

/** A row of the kernel's: addresses, state and inode. */
function row(local: string, remote: string, state: string, inode: number): string {
  return `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0000 100 0\n`;
}

test('a row tells its port, state and owner', () => {
  const [listening, accepted] = parseTcpTable(
    HEAD + row('0100007F:240D', '00000000:0000', '0A', 31) + row('0100007F:240D', '0100007F:C350', '01', 32),
  );
  assert.deepEqual([listening.localPort, listening.listening, listening.inode], [9229, true, 31]);
  assert.equal(listening.uid, 1000);
  assert.deepEqual([accepted.listening, accepted.established, accepted.remote], [false, true, '0100007F:C350']);
  assert.deepEqual(parseTcpTable(HEAD), []);
  assert.deepEqual(parseTcpTable(''), []);
});

test('a listening address is one that can be connected to', () => {
  const host = (local: string) => hostOf(parseTcpTable(HEAD + row(`${local}:240D`, '00000000:0000', '0A', 1))[0]);
  assert.equal(host('0100007F'), '127.0.0.1');
  assert.equal(host('0700000A'), '10.0.0.7');
  assert.equal(host('00000000'), '127.0.0.1');
  assert.equal(host('00000000000000000000000000000000'), '::1');
  assert.equal(host('B80D0120000000000000000001000000'), '2001:db8:0:0:0:0:0:1');
});

test('an address is written as the kernel writes it', () => {
  assert.deepEqual(kernelTexts('127.0.0.1', 9229), ['0100007F:240D', '0000000000000000FFFF00000100007F:240D']);
  assert.deepEqual(kernelTexts('::ffff:10.0.0.7', 80), ['0700000A:0050', '0000000000000000FFFF00000700000A:0050']);
  assert.deepEqual(kernelTexts('::1', 9229), ['00000000000000000000000001000000:240D']);
  assert.deepEqual(kernelTexts('2001:db8::1', 1), ['B80D0120000000000000000001000000:0001']);
});

test('a connection is a stranger unless its other end is ours', () => {
  const server = '0100007F:240D';
  const rows = parseTcpTable(
    HEAD +
      row(server, '00000000:0000', '0A', 1) +
      row(server, '0100007F:C350', '01', 2) +
      row('0100007F:C350', server, '01', 3) +
      row(server, '0700000A:C350', '01', 4) +
      row(server, '0100007F:C351', '06', 0),
  );
  assert.equal(strangersOn(9229, rows, new Set([3])), 1);
  assert.equal(strangersOn(9229, rows, new Set()), 2);
  assert.equal(strangersOn(9230, rows, new Set()), 0);
});

test('who listens is in the way of the same port on the same address, or on all', () => {
  const isTaken = (local: string, host: string, port = 9229) => {
    const [listener] = parseTcpTable(HEAD + row(`${local}:240D`, '00000000:0000', '0A', 1));
    return isInTheWay(listener!, host, port);
  };
  const [all6, loop6] = ['0'.repeat(32), '00000000000000000000000001000000'];
  const mapped = '0000000000000000FFFF00000100007F';
  assert.equal(isTaken('0100007F', '127.0.0.1'), true);
  assert.equal(isTaken('0100007F', 'localhost'), true);
  assert.equal(isTaken('0100007F', '127.0.0.1', 9230), false);
  assert.equal(isTaken('0200007F', '127.0.0.1'), false);
  assert.equal(isTaken('0200007F', '0.0.0.0'), true);
  assert.equal(isTaken('00000000', '127.0.0.1'), true);
  assert.equal(isTaken('00000000', '::1'), false);
  assert.equal(isTaken(all6, '127.0.0.1'), true);
  assert.equal(isTaken(all6, '::1'), true);
  assert.equal(isTaken(loop6, '::1'), true);
  assert.equal(isTaken(loop6, '127.0.0.1'), false);
  assert.equal(isTaken(loop6, '::'), true);
  assert.equal(isTaken('0100007F', '::'), true);
  assert.equal(isTaken(mapped, '127.0.0.1'), true);
});
