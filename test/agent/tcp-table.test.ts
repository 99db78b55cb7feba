import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostOf, parseTcpTable, strangersOn } from '../../agent/tcp-table.ts';

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
