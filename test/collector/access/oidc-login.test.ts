/** Codes of a real provider, exchanged as the dashboard has them exchanged: once, with the verifier and for the nonce that they are of. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { Oidc } from '../../../collector/access/oidc.ts';
import { OidcLogin } from '../../../collector/access/oidc-login.ts';
import type { LoginCode } from '../../../protocol/login.ts';
import { AUDIENCE, loginConfig, startLoginProvider } from '../../support/login-provider.ts';

const PAGE = 'http://127.0.0.1:7331/';
const VERIFIER = 'v'.repeat(43);

/** Goes through the pages of the provider as a browser does; gives the code that leads back. */
async function codeFor(way: NonNullable<Awaited<ReturnType<OidcLogin['way']>>>, name: string): Promise<LoginCode> {
  const cookies = new Map<string, string>();
  const visit = async (url: string, body?: Record<string, string>): Promise<string> => {
    const Cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const form = body && { method: 'POST', body: new URLSearchParams(body) };
    const response = await fetch(url, { ...form, redirect: 'manual', headers: { Cookie } });
    await response.arrayBuffer();
    for (const cookie of response.headers.getSetCookie()) {
      const [key = '', value = ''] = cookie.split(';', 1)[0]!.split('=');
      cookies.set(key, value);
    }
    const { location } = Object.fromEntries(response.headers);
    return location === undefined ? url : new URL(location, url).href;
  };
  const start = new URL(way.authorizationEndpoint);
  start.search = new URLSearchParams({
    ...{ response_type: 'code', client_id: way.clientId, redirect_uri: PAGE, scope: way.scope },
    ...{ state: 's', nonce: 'nonce-1', code_challenge_method: 'S256', resource: way.resource! },
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
  }).toString();
  let at = await visit(start.href);
  for (const prompt of [{ prompt: 'login', login: name, password: 'any' }, { prompt: 'consent' }]) {
    at = await visit(await visit(at, prompt));
  }
  const code = new URL(at).searchParams.get('code');
  assert.ok(code, at);
  return { code, verifier: VERIFIER, nonce: 'nonce-1', redirectUri: PAGE };
}

describe('a sign-in by a provider', () => {
  it('gives a token for its code, once', async () => {
    await using provider = await startLoginProvider();
    await provider.serve(PAGE);
    const oidc = new Oidc(loginConfig(provider.issuer));
    const login = new OidcLogin(() => oidc, {});
    const way = (await login.way())!;
    assert.deepEqual([way.clientId, way.resource], ['dashboard', AUDIENCE]);
    assert.match(way.endSessionEndpoint!, /^http:\/\/127\.0\.0\.1:\d+\/session\/end$/);
    const code = await codeFor(way, 'ops');
    const { token, visitor } = await login.exchange(code);
    assert.deepEqual([visitor.name, visitor.role], ['ops', 'operator']);
    assert.equal((await oidc.visitorOf(token)).name, 'ops');
    await assert.rejects(login.exchange(code), /the provider did not take the code/);
  });

  it('takes no code with another verifier, for another nonce, for another page, or of somebody without a role', async () => {
    await using provider = await startLoginProvider();
    await provider.serve(PAGE);
    const oidc = new Oidc(loginConfig(provider.issuer));
    const login = new OidcLogin(() => oidc, {});
    const way = (await login.way())!;
    const changed = async (over: Partial<LoginCode>, name = 'ops') =>
      await login.exchange({ ...(await codeFor(way, name)), ...over });
    await assert.rejects(changed({ verifier: 'w'.repeat(43) }), /did not take the code/);
    await assert.rejects(changed({ redirectUri: 'http://127.0.0.1:1/' }), /did not take the code/);
    await assert.rejects(changed({ nonce: 'nonce-2' }), /its answer is to another sign-in \(nonce\)/);
    await assert.rejects(changed({}, 'stranger'), /roles of its token gives no role here/);
  });

  it('is none where no provider, or no client of it, is configured', async () => {
    const { login: _, ...bare } = loginConfig('http://127.0.0.1:1');
    assert.equal(await new OidcLogin(() => undefined, {}).way(), undefined);
    assert.equal(await new OidcLogin(() => new Oidc(bare), {}).way(), undefined);
    const away = new OidcLogin(() => new Oidc(loginConfig('http://127.0.0.1:1')), {});
    await assert.rejects(away.way(), { name: 'OidcError', passing: true });
  });
});
