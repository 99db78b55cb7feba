/** Which values of an environment are looked for in a heap. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environmentSecrets } from '../../../agent/redact/environment-secrets.ts';

const told = (variables: Record<string, string>) =>
  environmentSecrets(new Map(Object.entries(variables))).map(({ name }) => name);

test('values that say nothing are not looked for', () => {
  const variables = {
    ...{ NODE_ENV: 'production', WORKERS: '1', PORT: '31_337', HOME: '/home/app', PATH: '/usr/bin:/bin' },
    ...{ LANG: 'en_US.UTF-8', NODE_VERSION: '20.20.2', HOSTTYPE: 'x86_64-linux-gnu', TERM: 'xterm-256color' },
    ...{ SSH_AUTH_SOCK: '/tmp/ssh-1/agent.1', DBUS_ADDRESS: 'unix:path=/run/user/1000/bus', SECRET: '1' },
    ...{ LOGIN_SECRET: 'production', API_KEY: 'disabled', TOKEN_FILE: '/run/secrets/token', PASSWORD: 'changeme' },
    ...{ HOSTNAME: 'api-7d9f8c6b5-x2x4z', UPSTREAM: 'http://api.internal:8080/v1', EMPTY: '', PIN: '12345678' },
  };
  assert.deepEqual(told(variables), []);
});

test('what looks like a secret, is called one, or is mixed as passwords are', () => {
  const variables = {
    ...{ AWS: ['AKIA', 'IOSFODNN7EXAMPLE'].join(''), DB_PASSWORD: 'tr0ub4dor', SESSION_SECRET: 'correcthorsebattery' },
    ...{ DATABASE_URL: 'postgres://app:hunter2%21hunter2@db/orders', LEGACY: 'S3cur3-Pa55!', api_key: 'a1b2c3d4' },
    ...{ OTHER_URL: 'redis://cache:secret@redis' },
  };
  assert.deepEqual(told(variables), [
    ...['value of AWS', 'value of DB_PASSWORD', 'value of SESSION_SECRET', 'value of DATABASE_URL'],
    ...['password in DATABASE_URL', 'value of LEGACY', 'value of api_key', 'value of OTHER_URL'],
  ]);
});

test('hostile environments are bounded', () => {
  const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`TOKEN_${i}`, `a1b2c3d4-${i}`]));
  assert.equal(told(many).length, 1_000);
  assert.ok(told({ ['PASSWORD'.repeat(1_000)]: 'a1b2c3d4' })[0]!.length < 200);
  const startedMs = performance.now();
  told({ PASSWORD: `${'v1.'.repeat(40_000)}!`, URL: `a://${':@'.repeat(40_000)}`, KEY: '~/'.repeat(50_000) });
  assert.ok(performance.now() - startedMs < 1_000);
});
