/** Tokens of a real provider of OpenID Connect, run here: roles, expiry, rotation of its keys, and tokens that are forged. */
import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import Provider from 'oidc-provider';
import { Access } from '../../../collector/access/access.ts';
import { Oidc } from '../../../collector/access/oidc.ts';
import { startCollector } from '../../../collector/main/collector.ts';
import type { AuditResult } from '../../../protocol/audit.ts';
import { TestApi } from '../../support/api.ts';
import { configOf } from '../../support/collector.ts';
import { LogLines } from '../../support/log-lines.ts';
import { connect } from '../../support/stream-client.ts';

const AUDIENCE = 'urn:heapwatch';
const PEER = { address: '10.0.0.1', user: 'unknown' } as const;

type Key = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

interface TestProvider extends AsyncDisposable {
  readonly issuer: string;
  /** Of the key that signs now. */
  readonly key: { readonly kid: string; readonly privateKey: Key; readonly publicKey: Key };
  /** A token for a client of that name, as the provider itself gives it. */
  token(client: string): Promise<string>;
  /** Signs by another key from now on. */
  rotate(): Promise<void>;
}

async function keyNamed(kid: string): Promise<TestProvider['key']> {
  const pair = await generateKeyPair('RS256', { extractable: true });
  return { kid, ...pair };
}

async function startProvider(): Promise<TestProvider> {
  let serve: RequestListener = (_, response) => void response.writeHead(503).end();
  const server = createServer((request, response) => serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let key = await keyNamed('first');
  const begin = async () => {
    const jwk = { ...(await exportJWK(key.privateKey)), kid: key.kid, alg: 'RS256', use: 'sig' };
    serve = providerOf(issuer, jwk).callback();
  };
  await begin();
  return {
    issuer,
    get key() {
      return key;
    },
    token: async (client) => {
      const body = new URLSearchParams({ grant_type: 'client_credentials', resource: AUDIENCE, scope: 'use' });
      const basic = Buffer.from(`${client}:${client}-secret`).toString('base64');
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        body,
        headers: { Authorization: `Basic ${basic}` },
      });
      const { access_token: token } = (await response.json()) as { access_token: string };
      return token;
    },
    rotate: async () => {
      key = await keyNamed('second');
      await begin();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function providerOf(issuer: string, jwk: object): Provider {
  const client = (id: string) => ({
    client_id: id,
    client_secret: `${id}-secret`,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  });
  const roles: Record<string, string[]> = { ops: ['heapwatch-operator'], eye: ['heapwatch-viewer', 'others'] };
  return new Provider(issuer, {
    clients: ['ops', 'eye', 'stranger'].map(client),
    jwks: { keys: [jwk] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        getResourceServerInfo: () => ({
          scope: 'use',
          audience: AUDIENCE,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
        }),
      },
    },
    extraTokenClaims: (_: unknown, { clientId }: { clientId: string }) => ({ realm: { roles: roles[clientId] ?? [] } }),
  });
}

function configOfProvider(issuer: string) {
  return {
    issuer,
    audience: AUDIENCE,
    roleClaim: 'realm.roles',
    nameClaim: 'sub',
    operators: ['heapwatch-operator'],
    viewers: ['heapwatch-viewer'],
  };
}

describe('tokens of an OpenID Connect provider', () => {
  it('are let in by their role, over HTTP and on the stream, and named in the audit trail', async () => {
    await using provider = await startProvider();
    const config = { ...configOf([]), auth: { tokens: [], origins: [], oidc: configOfProvider(provider.issuer) } };
    await using collector = await startCollector(config, { logger: new LogLines().logger });
    const api = await TestApi.of(collector.url);
    const [ops, eye, stranger] = await Promise.all(['ops', 'eye', 'stranger'].map((name) => provider.token(name)));
    assert.equal((await api.get('/v1/targets')).status, 401);
    assert.equal((await api.get('/v1/targets', eye)).status, 200);
    assert.equal((await api.get('/v1/targets', stranger)).status, 401, 'it has no role here');
    assert.equal((await api.get('/v1/audit', eye)).status, 403);
    await using client = await connect(collector.url);
    client.send({ type: 'hello', token: ops });
    // what comes before the provider has been asked waits
    client.send({ type: 'request', id: 'r', method: 'mark', params: { label: 'a', targets: ['none'] } });
    assert.equal((await client.next('welcome')).role, 'operator');
    assert.match(JSON.stringify(await client.next('response')), /unknown-target/);
    const { entries } = (await api.get('/v1/audit?act=login', ops)).body as AuditResult;
    assert.deepEqual(
      entries.map(({ by, role, via }) => [by, role, via]),
      [
        ['ops', 'operator', 'http'],
        ['ops', 'operator', 'stream'],
        ['eye', 'viewer', 'http'],
      ],
    );
    await using refused = await connect(collector.url);
    refused.send({ type: 'hello', token: `${ops}x` });
    assert.equal((await refused.closed).code, 4401);
  });

  it('end with their time, also for who is connected', async () => {
    await using provider = await startProvider();
    let nowMs = Date.now();
    const clock = () => nowMs;
    const oidc = new Oidc(configOfProvider(provider.issuer), clock);
    const access = new Access([], () => 0, [], { oidc, clock });
    const token = await provider.token('ops');
    assert.ok(access.isForProvider(token));
    const visitor = await access.admitByProvider(token, PEER);
    assert.equal(access.knows(visitor), true);
    nowMs += 700_000;
    assert.equal(access.knows(visitor), false);
    await assert.rejects(access.admitByProvider(token, PEER), { code: 'unauthorized' });
  });

  it('have the targets and probes that values of the claim give; without one nobody is let in', async () => {
    await using provider = await startProvider();
    const scopes = { 'heapwatch-operator': { targets: ['api*'] }, others: { probes: ['usage' as const] } };
    const config = { ...configOfProvider(provider.issuer), scopes };
    const scopeOf = async (name: string, of = config) =>
      (await new Oidc(of).visitorOf(await provider.token(name))).scope;
    assert.deepEqual(await scopeOf('ops'), [{ targets: ['api*'] }]);
    assert.deepEqual(await scopeOf('eye'), [{ probes: ['usage'] }]);
    const only = { ...config, scopes: { others: {} } as typeof scopes };
    await assert.rejects(scopeOf('ops', only), /realm\.roles of its token gives no targets here/);
  });

  it('end where the provider is configured anew, with the scope that they had', async () => {
    await using provider = await startProvider();
    const config = configOfProvider(provider.issuer);
    const access = new Access([], () => 0, [], { oidc: new Oidc(config) });
    const visitor = await access.admitByProvider(await provider.token('ops'), PEER);
    access.renew([], new Oidc(config));
    assert.equal(access.knows(visitor), true);
    access.renew([], new Oidc({ ...config, scopes: {} }));
    assert.equal(access.knows(visitor), false);
  });

  it('are believed by the keys that the provider has now', async () => {
    await using provider = await startProvider();
    const oidc = new Oidc(configOfProvider(provider.issuer), undefined, 0);
    assert.equal((await oidc.visitorOf(await provider.token('ops'))).role, 'operator');
    const old = provider.key;
    await provider.rotate();
    assert.equal((await oidc.visitorOf(await provider.token('ops'))).role, 'operator');
    const late = await new SignJWT({ sub: 'ops', realm: { roles: ['heapwatch-operator'] } })
      .setProtectedHeader({ alg: 'RS256', kid: old.kid })
      .setIssuer(provider.issuer)
      .setAudience(AUDIENCE)
      .setExpirationTime('5m')
      .sign(old.privateKey);
    await assert.rejects(oidc.visitorOf(late), /its token is not to be believed/);
  });

  it('that are forged are refused, all twelve', async () => {
    await using provider = await startProvider();
    const oidc = new Oidc(configOfProvider(provider.issuer));
    const { key } = provider;
    const other = await keyNamed(key.kid);
    const good: JWTPayload = {
      sub: 'ops',
      iss: provider.issuer,
      aud: AUDIENCE,
      exp: Math.floor(Date.now() / 1_000) + 300,
      realm: { roles: ['heapwatch-operator'] },
    };
    const sign = (claims: JWTPayload, header: object = {}, by: Key | Uint8Array = key.privateKey) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: key.kid, ...header }).sign(by);
    const { exp: _, ...endless } = good;
    const real = await sign(good);
    assert.equal((await oidc.visitorOf(real)).role, 'operator', 'the pattern of the forged ones is a good one');
    const [head, , signature] = real.split('.') as [string, string, string];
    const raised = Buffer.from(JSON.stringify({ ...good, sub: 'root' })).toString('base64url');
    const publicText = new TextEncoder().encode(JSON.stringify(await exportJWK(key.publicKey)));
    const forged: Record<string, string> = {
      'not signed': new UnsecuredJWT(good).encode(),
      'not signed, with something behind': `${new UnsecuredJWT(good).encode()}${signature}`,
      'signed by the public key as a shared secret': await sign(good, { alg: 'HS256' }, publicText),
      'signed by another key of the same name': await sign(good, {}, other.privateKey),
      'signed by a key that it brings along': await sign(
        good,
        { jwk: await exportJWK(other.publicKey) },
        other.privateKey,
      ),
      'signed by a key of another name': await sign(good, { kid: 'none' }, other.privateKey),
      'with other claims under a good signature': `${head}.${raised}.${signature}`,
      'at its end': await sign({ ...good, exp: Math.floor(Date.now() / 1_000) - 60 }),
      'without an end': await sign(endless),
      'not valid yet': await sign({ ...good, nbf: Math.floor(Date.now() / 1_000) + 300 }),
      'of another issuer': await sign({ ...good, iss: 'https://login.example' }),
      'for somebody else': await sign({ ...good, aud: 'urn:other' }),
    };
    for (const [how, token] of Object.entries(forged)) {
      await assert.rejects(oidc.visitorOf(token), { name: 'OidcError', passing: false }, how);
    }
  });

  it('cannot be judged while the provider is away, which is held against nobody', async () => {
    const oidc = new Oidc(configOfProvider('http://127.0.0.1:1'));
    const access = new Access([], () => 0, [], { oidc });
    for (let i = 0; i < 12; i++) {
      await assert.rejects(access.admitByProvider('a.b.c', PEER), /cannot be asked for its keys/);
    }
  });

  it('are no reason to ask a provider over and over, or to take in all that it answers', async () => {
    let asked = 0;
    const server = createServer((_, response) => {
      asked++;
      response.end(JSON.stringify({ issuer: 'x'.repeat(2 ** 21) }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    let nowMs = 0;
    const oidc = new Oidc(configOfProvider(issuer), () => nowMs);
    for (let i = 0; i < 5; i++) await assert.rejects(oidc.visitorOf(`a.b.${i}`), /cannot be asked for its keys/);
    assert.equal(asked, 1);
    nowMs += 5_000;
    await assert.rejects(oidc.visitorOf('a.b.c'), (error: Error) => {
      assert.match(String((error.cause as Error).message), /^its answer is longer than 1048576 bytes$/);
      return true;
    });
    assert.equal(asked, 2);
    server.closeAllConnections();
    server.close();
  });
});
