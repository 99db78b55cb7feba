import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Access, AccessError, operatorWanted } from '../../../collector/access/access.ts';
import { Failures, network } from '../../../collector/access/failures.ts';
import { isAllowedOrigin, isOwnHost } from '../../../collector/access/origins.ts';
import type { Peer } from '../../../collector/access/peer.ts';
import { readTokens } from '../../../collector/access/tokens.ts';
import type { TokenConfig } from '../../../collector/config/access-config.ts';
import { ConfigError } from '../../../collector/config/config-error.ts';
import { startCollector } from '../../../collector/main/collector.ts';
import { configOf } from '../../support/collector.ts';
import { targetEvent } from '../../support/events.ts';
import { folder } from '../../support/folder.ts';
import { LogLines } from '../../support/log-lines.ts';
import { connect } from '../../support/stream-client.ts';
import { startStream } from '../../support/stream-server.ts';

const OPS = { name: 'ops', role: 'operator', secret: 'correct-horse-battery' } as const;
const EYE = { name: 'eye', role: 'viewer', secret: 'looking-but-not-touching' } as const;
const HERE = '127.0.0.1';
const ME = process.getuid?.() ?? 0;

/** A client of an address, who is of this process's user. */
function from(address: string, more: Partial<Peer> = {}): Peer {
  return { address, user: ME, ...more };
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof AccessError) return error.code;
    throw error;
  }
  return 'let in';
}

describe('access', () => {
  it('knows the bearer of a token, and nobody else', () => {
    const access = new Access([OPS, EYE]);
    assert.deepEqual(access.admit(OPS.secret, from(HERE)), { name: 'ops', role: 'operator' });
    assert.deepEqual(access.admit(EYE.secret, from(HERE)), { name: 'eye', role: 'viewer' });
    for (const token of [undefined, '', 'ops', OPS.secret.slice(0, -1), `${OPS.secret} `, OPS.secret.toUpperCase()]) {
      assert.equal(
        codeOf(() => access.admit(token, from(HERE))),
        'unauthorized',
      );
    }
    assert.equal(access.refusals, 6);
  });

  it('never says a token', () => {
    const access = new Access([OPS]);
    assert.throws(
      () => access.admit('guessed-secret', from(HERE)),
      (error: Error) => !error.message.includes('guessed') && !JSON.stringify(error).includes('guessed'),
    );
  });

  it('answers no more guesses of an address after ten, and again after a minute; right tokens are let in all the while', () => {
    let nowMs = 0;
    const access = new Access([OPS], () => nowMs);
    const guess = (address: string) => codeOf(() => access.admit('a-wrong-token', from(address)));
    for (let i = 0; i < 10; i++) assert.equal(guess('10.0.0.1'), 'unauthorized');
    assert.equal(guess('10.0.0.1'), 'too-many');
    assert.equal(access.admit(OPS.secret, from('10.0.0.1')).name, 'ops', 'who has a right one may share the address');
    assert.equal(guess('10.0.0.1'), 'too-many');
    assert.equal(access.admit(OPS.secret, from('10.0.0.2')).name, 'ops');
    nowMs = 60_000;
    assert.equal(guess('10.0.0.1'), 'unauthorized');
    assert.equal(access.admit(OPS.secret, from('10.0.0.1')).name, 'ops');
  });

  it('knows after a renewal who is still welcome', () => {
    const access = new Access([OPS, EYE]);
    const [ops, eye] = [OPS, EYE].map(({ secret }) => access.admit(secret, from(HERE)));
    assert.equal(access.renew([OPS, EYE]), false);
    assert.equal(access.renew([{ ...OPS, role: 'viewer' }, EYE]), true);
    assert.deepEqual([access.knows(ops!), access.knows(eye!)], [false, true]);
    access.renew([]);
    assert.equal(access.knows(eye!), false);
    const local = access.admit(undefined, from(HERE));
    assert.equal(access.knows(local), true);
    access.renew([EYE]);
    assert.equal(access.knows(local), false);
  });

  it('does not count who offers no token at all', () => {
    const access = new Access([OPS]);
    for (let i = 0; i < 100; i++) codeOf(() => access.admit(undefined, from(HERE)));
    assert.equal(access.admit(OPS.secret, from(HERE)).name, 'ops');
  });

  it('takes clients of this machine as operators where there are no tokens, and no others', () => {
    const access = new Access([]);
    for (const address of ['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1']) {
      assert.deepEqual(access.admit('whatever', from(address)), { name: 'local', role: 'operator' });
    }
    for (const address of ['10.0.0.1', '::ffff:10.0.0.1', 'fe80::1', '']) {
      assert.equal(
        codeOf(() => access.admit(undefined, from(address))),
        'forbidden',
      );
    }
  });
});

describe('access without tokens', () => {
  const OTHER = 4_321;

  it('takes its own user and root, and no other user of this machine', () => {
    const access = new Access([], undefined, [OTHER]);
    assert.equal(access.admit(undefined, from(HERE, { user: OTHER })).role, 'operator');
    assert.equal(access.admit(undefined, from(HERE, { user: 0 })).role, 'operator');
    for (const user of [OTHER + 1, 65_534, 'gone'] as const) {
      const ask = () => access.admit(undefined, from(HERE, { user }));
      assert.equal(codeOf(ask), 'forbidden');
      assert.throws(ask, /^AccessError: Cannot let in: without auth\.tokens only uid 4321 and root may ask, /);
    }
  });

  it('lets somebody look, and do no more, where the system does not tell who it is', () => {
    const access = new Access([]);
    const visitor = access.admit(undefined, from(HERE, { user: 'unknown' }));
    assert.deepEqual(visitor, { name: 'local', role: 'viewer' });
    assert.equal(access.knows(visitor), true);
    assert.match(
      operatorWanted(visitor),
      /^it is for operators, and this system does not name the user of a connection: set auth.tokens$/,
    );
  });

  it('takes nobody through a proxy, who could be anybody', () => {
    const peer = from(HERE, { forwardedBy: 'x-forwarded-for' });
    assert.throws(() => new Access([]).admit(undefined, peer), /may come through a proxy \(x-forwarded-for\)$/);
    assert.equal(new Access([OPS]).admit(OPS.secret, peer).name, 'ops');
  });
});

describe('tokens that end', () => {
  it('are right until then, and the one before beside its successor for a while', () => {
    const env = { NEW: 'the-token-of-this-year', OLD: 'the-token-of-last-year' };
    const config = {
      name: 'ops',
      role: 'operator',
      source: { env: 'NEW' },
      expiresMs: 3_000,
      previous: { source: { env: 'OLD' }, untilMs: 2_000 },
    } as const;
    let nowMs = 1_000;
    const access = new Access(readTokens([config], env), () => 0, [], { clock: () => nowMs });
    const admit = (token: string) => access.admit(token, { address: '10.0.0.1', user: 'unknown' });
    const [young, old] = [admit(env.NEW), admit(env.OLD)];
    assert.deepEqual([young.name, old.name, access.knows(young), access.knows(old)], ['ops', 'ops', true, true]);
    nowMs = 2_000;
    assert.throws(() => admit(env.OLD), { code: 'unauthorized' });
    assert.deepEqual([access.knows(young), access.knows(old)], [true, false]);
    nowMs = 3_000;
    assert.throws(() => admit(env.NEW), { code: 'unauthorized' });
    assert.equal(access.knows(young), false);
  });
});

describe('failures', () => {
  it('takes the addresses of one IPv6 network for one client', () => {
    assert.equal(network('2001:db8:1:2:3:4:5:6'), network('2001:db8:1:2::99'));
    assert.notEqual(network('2001:db8:1:2::1'), network('2001:db8:1:3::1'));
    assert.equal(network('::ffff:10.1.2.3'), '10.1.2.3');
    assert.equal(network('fe80::1%eth0'), 'fe80:0:0:0::/64');
  });

  it('forgets the address that failed longest ago when there are too many', () => {
    const failures = new Failures({ max: 1, withinMs: 1_000, addresses: 2 });
    for (const address of ['10.0.0.1', '10.0.0.2', '10.0.0.1', '10.0.0.3']) failures.add(address, 0);
    const blocked = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((address) => failures.blockedMs(address, 100));
    assert.deepEqual(blocked, [900, 0, 900]);
  });
});

describe('origins', () => {
  const rules = { address: { host: HERE, port: 7331 }, secure: false, allowed: ['https://ops.example'] };
  const closed = { ...rules, wantsTokens: true };
  const open = { ...rules, wantsTokens: false };

  it('takes no origin, our own and those that are named', () => {
    for (const origin of [undefined, 'http://localhost:7331', 'http://127.0.0.1:7331', 'https://ops.example']) {
      assert.ok(isAllowedOrigin({ origin }, open), origin);
    }
    for (const origin of ['null', '', 'https://localhost:7331', 'http://localhost:7332', 'https://ops.example.evil']) {
      assert.ok(!isAllowedOrigin({ origin }, open), origin);
    }
  });

  it('believes the Host header only where a token is needed as well', () => {
    const headers = { origin: 'http://heapwatch.internal:7331', host: 'heapwatch.internal:7331' };
    assert.ok(isAllowedOrigin(headers, closed));
    assert.ok(!isAllowedOrigin(headers, open));
    assert.ok(!isAllowedOrigin({ ...headers, origin: 'http://evil.example' }, closed));
  });

  it('knows the names that lead here and nowhere else', () => {
    for (const host of ['127.0.0.1:7331', 'localhost:8000', '[::1]:7331', 'localhost']) {
      assert.ok(isOwnHost(host, open), host);
    }
    for (const host of ['evil.example:7331', 'localhost.evil.example', '', undefined, '10.0.0.1:7331']) {
      assert.ok(!isOwnHost(host, open), host);
      assert.ok(isOwnHost(host, closed), host);
    }
  });
});

describe('tokens', () => {
  const configs = (...sources: TokenConfig['source'][]): TokenConfig[] =>
    sources.map((source, i) => ({ name: `t${i}`, role: 'viewer', source }));

  it('come from the environment and from files, without the newline at the end', async () => {
    await using dir = await folder();
    const file = dir.join('token');
    writeFileSync(file, 'from-a-file-of-its-own\n');
    const read = readTokens(configs({ env: 'A' }, { file }), { A: 'from-the-environment' });
    assert.deepEqual(
      read.map(({ secret }) => secret),
      ['from-the-environment', 'from-a-file-of-its-own'],
    );
  });

  it('are refused, all at once and without being shown, when missing, short, not printable or given twice', async () => {
    await using dir = await folder();
    const file = dir.join('binary');
    writeFileSync(file, 'secret\u0000with-a-control-character');
    chmodSync(file, 0o600);
    const sources = [
      { env: 'NONE' },
      { env: 'SHORT' },
      { file },
      { file: dir.join('none') },
      { env: 'A' },
      { env: 'A' },
    ];
    const env = { SHORT: 'secret', A: 'secret-that-is-long-enough' };
    assert.throws(
      () => readTokens(configs(...sources), env),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.ok(!error.message.includes('secret'), error.message);
        assert.match(error.message, /"t0" is not there: set NONE/);
        assert.match(error.message, /"t1" is no token: expected 16 to 4096 printable ASCII/);
        assert.match(error.message, /"t3" cannot be read from .*none: ENOENT/);
        assert.match(error.message, /"t5" is the same as "t4"/);
        return error.problems.length === 5;
      },
    );
  });
});

describe('access to the stream', () => {
  it('closes with 4401 for no token and a wrong one, then with 4429, and serves those who have one', async () => {
    await using server = await startStream({}, [OPS, EYE]);
    const hello = async (token?: string) => {
      await using client = await connect(server.url);
      client.send({ type: 'hello', ...(token !== undefined && { token }) });
      return await client.closed;
    };
    await using friend = await connect(server.url);
    friend.send({ type: 'hello', token: EYE.secret });
    await friend.next('welcome');
    await friend.subscribe({ topics: ['target'] });

    assert.deepEqual(await hello(), { code: 4401, reason: 'Cannot let in: expected a token, got none' });
    for (let i = 0; i < 10; i++) assert.equal((await hello('a-wrong-token-again')).code, 4401);
    const { code, reason } = await hello('a-wrong-token-again');
    assert.equal(code, 4429);
    assert.match(reason, /^Cannot let in: too many wrong tokens from this address, try again in \d+ s$/);
    await using other = await connect(server.url);
    other.send({ type: 'hello', token: OPS.secret });
    await other.next('welcome');
    server.log.append(targetEvent('api'));
    assert.equal((await friend.next('target')).target, 'api');
    const line = await server.logs.next('request refused');
    assert.ok(!JSON.stringify(line).includes('wrong-token-again'));
  });

  it('answers a viewer who asks for what takes an operator with an error, and keeps the socket', async () => {
    await using server = await startStream({}, [OPS, EYE]);
    await using client = await connect(server.url);
    client.send({ type: 'hello', token: EYE.secret });
    await client.next('welcome');
    for (const [method, params] of [
      ['probe', { target: 'api', probe: 'snapshot' }],
      ['checkpoint', { target: 'api', label: 'a' }],
      ['release', { target: 'api', label: 'a' }],
    ] as const) {
      const answer = await client.request(method, params);
      assert.ok('error' in answer);
      const message = `Cannot run "${method}": it is for operators, this token is a viewer's`;
      assert.deepEqual(answer.error, { code: 'forbidden', message });
    }
    assert.ok('result' in (await client.request('targets')));
  });

  it('needs tokens and TLS, or a word, to listen where others can reach it', async () => {
    const { logger } = new LogLines();
    const everywhere = { ...configOf([]), listen: { host: '0.0.0.0', port: 0 } };
    const ops: TokenConfig = { name: 'ops', role: 'operator', source: { env: 'OPS' } };
    const auth = { tokens: [ops], origins: [] };
    const env = { OPS: OPS.secret };
    await assert.rejects(startCollector(everywhere, { logger }), /without tokens.*\n.*without TLS/);
    await assert.rejects(
      startCollector({ ...everywhere, auth }, { logger, env }),
      /^ConfigError: listen: .*without TLS/,
    );
    await assert.rejects(startCollector({ ...everywhere, insecure: true }, { logger }), /without tokens/);
    await assert.rejects(startCollector({ ...everywhere, auth, insecure: true }, { logger, env: {} }), /set OPS/);
    await using collector = await startCollector({ ...everywhere, auth, insecure: true }, { logger, env });
    await using client = await connect(collector.url.replace('0.0.0.0', HERE));
    client.send({ type: 'hello', token: OPS.secret });
    await client.next('welcome');
  });
});
