import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settingsOf } from '../../../collector/in-process/settings.ts';

const of = (env: Record<string, string>, options = {}, script = '/srv/api/server.mjs') =>
  settingsOf(options, env, script, 7);

test('events go where the program or the environment says, the program first', () => {
  assert.deepEqual(of({ HEAPWATCH_NATS: 'nats://a:4222, nats://b:4222' }), {
    name: 'server',
    nats: ['nats://a:4222', 'nats://b:4222'],
  });
  assert.deepEqual(of({ HEAPWATCH_NATS: 'nats://a:4222', HEAPWATCH_NAME: 'api' }, { nats: 'nats://c', name: 'web' }), {
    name: 'web',
    nats: ['nats://c'],
  });
  assert.deepEqual(of({ HEAPWATCH_RECORD: '/var/heap', HEAPWATCH_LOG: 'stderr', HEAPWATCH_CONFIG: 'h.yaml' }), {
    name: 'server',
    nats: [],
    record: '/var/heap',
    config: 'h.yaml',
    log: 'stderr',
  });
});

test('it is off where it is switched off, and where nobody says where events go', () => {
  for (const off of ['off', 'OFF', '0', 'false', 'no']) {
    assert.equal(of({ HEAPWATCH_AGENT: off, HEAPWATCH_NATS: 'nats://a' }, { record: 'here' }), undefined);
  }
  assert.equal(of({}), undefined);
  assert.equal(of({ HEAPWATCH_NAME: 'api' }), undefined);
  assert.notEqual(of({ HEAPWATCH_AGENT: 'on', HEAPWATCH_NATS: 'nats://a' }), undefined);
  assert.notEqual(of({ HEAPWATCH_FLEET_NATS_SERVERS: 'nats://a' }), undefined);
});

test('a program is called by its script', () => {
  const nameOf = (script: string | undefined) => of({ HEAPWATCH_RECORD: '.' }, {}, script)!.name;
  assert.equal(nameOf('/srv/api/server.mjs'), 'server');
  assert.equal(nameOf('/srv/api/index.js'), 'api');
  assert.equal(nameOf('C:\\srv\\shop\\main.ts'), 'shop');
  assert.equal(nameOf('/srv/my app (1).js'), 'my-app--1-');
  assert.equal(nameOf('/srv/.hidden'), 'hidden');
  assert.equal(settingsOf({ record: '.' }, {}, undefined, 7)!.name, 'node-7');
  assert.equal(nameOf(`/srv/${'x'.repeat(100)}.js`), 'x'.repeat(64));
});
