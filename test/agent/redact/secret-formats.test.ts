import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secretKind } from '../../../agent/redact/secret-formats.ts';

// put together here, so that nobody who looks for secrets in this file finds one
const secrets: readonly [kind: string, parts: readonly string[]][] = [
  ['private key', ['-----BEGIN RSA ', 'PRIVATE KEY-----\nMIIE']],
  ['JSON web token', ['eyJhbGciOiJIUzI1NiJ9', '.eyJzdWIiOiIxMjM0NTY3ODkwIn0.', 'dozjgNryP4J3jVmNHl0w5N']],
  ['AWS access key', ['AKIA', 'IOSFODNN7EXAMPLE']],
  ['GitHub token', ['ghp_', '16C7e42F292c6912E7710c838347Ae178B4a']],
  ['Slack token', ['xoxb-', '123456789012-abcdefghij']],
  ['Stripe key', ['sk_', 'live_4eC39HqLyjWDarjtT1zdp7dc']],
  ['Google API key', ['AIza', 'SyDaGmWKa4JsXZ-HjGw7ISLn_3namBGewQe']],
  ['URL with credentials', ['postgres://admin:', 'hunter2@db.example.com/orders']],
  ['URL with a secret', ['https://example.com/reset?', 'token=abcdef']],
  ['authorization header', ['Bearer ', 'abcdef123456']],
  ['card number', ['4111 1111 ', '1111 1111']],
  ['e-mail address', ['a.customer@', 'example.com']],
  ['hexadecimal key', ['d41d8cd98f00b204', 'e9800998ecf8427e']],
  ['random text', ['q7Zk29fLmX3b8', 'Vt1Rw6Yp0Hs4']],
];

for (const [kind, parts] of secrets) {
  test(`a text that looks like a secret: ${kind}`, () => assert.equal(secretKind(parts.join('')), kind));
}

test('names that programs give look like no secret', () => {
  const names = [
    'Session',
    'handleRequestWithTimeout',
    'utf8ToUtf16LE',
    'getUint32ArrayAtOffset64',
    'system / BytecodeArray',
    '(code for onMessage)',
    'file:///srv/api/dist/server-1.2.3.mjs',
    '/srv/api/node_modules/@scope/pkg/dist/index.js',
    'node:internal/process/task_queues',
    'https://example.com/docs?page=2',
    'Content-Type: text/plain',
    'MessagePortPrototypeGetOnmessageerror',
  ];
  for (const name of names) assert.equal(secretKind(name), undefined, name);
});
