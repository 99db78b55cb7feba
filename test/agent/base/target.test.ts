import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressText, parseTarget, type Target, TargetSyntaxError } from '../../../agent/base/target.ts';

test('each way to write a target is read', () => {
  const targets: [string, Target][] = [
    ['9229', { kind: 'address', host: '127.0.0.1', port: 9229 }],
    ['localhost:1', { kind: 'address', host: 'localhost', port: 1 }],
    ['10.0.0.7:65535', { kind: 'address', host: '10.0.0.7', port: 65535 }],
    ['[::1]:9229', { kind: 'address', host: '::1', port: 9229 }],
    ['ws://127.0.0.1:9229/0a', { kind: 'url', url: 'ws://127.0.0.1:9229/0a' }],
    ['wss://tunnel.example/0a?x=1', { kind: 'url', url: 'wss://tunnel.example/0a?x=1' }],
    ['pid:4711', { kind: 'pid', pid: 4711 }],
    ['heap.heapsnapshot', { kind: 'file', path: 'heap.heapsnapshot' }],
    ['a/b.heapsnapshot.gz', { kind: 'file', path: 'a/b.heapsnapshot.gz' }],
    ['./9229', { kind: 'file', path: './9229' }],
    ['/tmp/x', { kind: 'file', path: '/tmp/x' }],
    ['ws://h:7331/v1/stream', { kind: 'collector', url: 'ws://h:7331/v1/stream' }],
    ['ws://h:7331/v1/stream#api', { kind: 'collector', url: 'ws://h:7331/v1/stream', name: 'api' }],
    ['ws://h:7331/v1/stream#sample=01J', { kind: 'collector', url: 'ws://h:7331/v1/stream', sample: '01J' }],
    ['ws://h:7331/v1/stream#a%20b', { kind: 'collector', url: 'ws://h:7331/v1/stream', name: 'a b' }],
  ];
  for (const [text, target] of targets) assert.deepEqual(parseTarget(text), target, text);
});

test('what names no target is told with what was expected', () => {
  const expected = 'expected a port (9229), host:port, ws://…, pid:1234 or a .heapsnapshot file';
  for (const text of ['', 'api', 'a:b:1', '::1', 'host:']) {
    assert.throws(() => parseTarget(text), new TargetSyntaxError(`Cannot read target "${text}": ${expected}`));
  }
  assert.throws(
    () => parseTarget('0'),
    /expected a port from 1 to 65535, or the number of a live Node process, got 0$/,
  );
  assert.throws(() => parseTarget('host:65536'), /expected a port from 1 to 65535, got 65536$/);
  assert.throws(() => parseTarget('pid:x'), /expected a process id, got "x"$/);
  assert.throws(() => parseTarget('pid:0'), /expected a process id, got "0"$/);
  assert.throws(() => parseTarget('ws://'), /it is no valid URL$/);
  assert.throws(() => parseTarget('ws://h/v1/stream#%'), /it is no valid URL$/);
});

test('an IPv6 address is written in brackets', () => {
  assert.equal(addressText('::1', 9229), '[::1]:9229');
  assert.equal(addressText('127.0.0.1', 9229), '127.0.0.1:9229');
});
