/** A provider of OpenID Connect at which people sign in to a page: everybody is let in under the name that he gives. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';

export const AUDIENCE = 'urn:heapwatch';
export interface LoginProvider extends AsyncDisposable {
  readonly issuer: string;
  /** Leads back to this page from now on. @param seconds for which its tokens hold */
  serve(page: string, seconds?: number): Promise<void>;
}

/** A provider that lets everybody in under the name that he gives; `ops` is an operator, `stranger` has no role. */
export async function startLoginProvider(): Promise<LoginProvider> {
  let handle: RequestListener = (_, response) => void response.writeHead(503).end();
  const server = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let keys = 0;
  return {
    issuer,
    async serve(page, seconds = 600) {
      const { privateKey } = await generateKeyPair('RS256', { extractable: true });
      const jwk = { ...(await exportJWK(privateKey)), kid: `key-${++keys}`, alg: 'RS256', use: 'sig' };
      handle = providerOf(issuer, jwk, page, seconds).callback();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function providerOf(issuer: string, jwk: object, page: string, seconds: number): Provider {
  const roles: Record<string, string> = { ops: 'heapwatch-operator', eye: 'heapwatch-viewer' };
  return new Provider(issuer, {
    clients: [
      {
        client_id: 'dashboard',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code'],
        response_types: ['code'],
        redirect_uris: [page],
        post_logout_redirect_uris: [page],
      },
    ],
    jwks: { keys: [jwk] },
    cookies: { keys: ['a key of this test'] },
    features: {
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'use',
          audience: AUDIENCE,
          accessTokenFormat: 'jwt',
          accessTokenTTL: seconds,
        }),
      },
    },
    extraTokenClaims: (_: unknown, { accountId }: { accountId: string }) => ({ roles: [roles[accountId] ?? 'none'] }),
  });
}

/** What a collector is told of it. */
export function loginConfig(issuer: string) {
  return {
    issuer,
    audience: AUDIENCE,
    roleClaim: 'roles',
    nameClaim: 'sub',
    operators: ['heapwatch-operator'],
    viewers: ['heapwatch-viewer'],
    login: { clientId: 'dashboard', scope: 'openid use', resource: AUDIENCE },
  };
}
