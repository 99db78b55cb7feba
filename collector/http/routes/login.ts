/** How the dashboard signs its user in by a provider of OpenID Connect; open to everybody, as who asks is not known yet. */
import { z } from 'zod';
import { LoginCode, LoginWay } from '../../../protocol/login.ts';
import type { Acts } from '../../access/acts.ts';
import { OidcError } from '../../access/oidc.ts';
import type { OidcLogin } from '../../access/oidc-login.ts';
import { HttpError } from '../problem.ts';
import { get, jsonOf, post, type Route } from '../route.ts';

const Way = z.strictObject({ way: LoginWay.nullable() });
const SignedIn = z.strictObject({ token: z.string(), endsAt: z.iso.datetime() });

export function loginRoutes(login: OidcLogin, acts: Acts): Route[] {
  return [
    get(
      '/v1/login',
      {
        role: null,
        scope: 'open',
        summary: "Where the dashboard's users sign in: null where they do so by a token alone.",
        params: z.strictObject({}),
        answer: jsonOf(Way, 'The way to the provider.'),
        problems: ['not-ready'],
      },
      async () => {
        try {
          return { json: { way: (await login.way()) ?? null } };
        } catch (error) {
          if (error instanceof OidcError) throw new HttpError('not-ready', `Cannot sign in: ${error.message}`);
          throw error;
        }
      },
    ),
    post(
      '/v1/login/token',
      {
        role: null,
        scope: 'open',
        summary: "Exchanges the provider's code for a token; its first use is the login in the audit trail.",
        params: z.strictObject({}),
        body: LoginCode,
        answer: jsonOf(SignedIn, 'The token, and when it ends.'),
        problems: ['unauthorized', 'not-ready'],
      },
      async ({ body, caller: { address } }) => {
        try {
          const { token, visitor } = await login.exchange(body);
          return { json: { token, endsAt: new Date(visitor.untilMs).toISOString() } };
        } catch (error) {
          if (!(error instanceof OidcError)) throw error;
          const refused = new HttpError(
            error.passing ? 'not-ready' : 'unauthorized',
            `Cannot sign in: ${error.message}`,
          );
          acts.refused({ code: refused.code, reason: refused.message, address, path: '/v1/login/token' });
          throw refused;
        }
      },
    ),
  ];
}
