/** What a page has to know to lead its user to a provider of OpenID Connect, and what it brings back. */
import * as z from 'zod';
import { limits } from './limits.ts';
import { text } from './text.ts';

const MAX_CODE = 4_096;

export const LoginWay = z.strictObject({
  issuer: z.string(),
  clientId: z.string(),
  scope: z.string(),
  /** What the token is to be for, where the provider wants to be told. */
  resource: z.string().optional(),
  authorizationEndpoint: z.string(),
  /** Where the provider ends its own session; absent: it has no such place. */
  endSessionEndpoint: z.string().optional(),
});
export type LoginWay = z.infer<typeof LoginWay>;

/** RFC 7636, 4.1. */
const verifier = z.string().regex(/^[\w.~-]{43,128}$/, { error: 'a verifier of 43 to 128 letters' });

export const LoginCode = z.strictObject({
  code: text(MAX_CODE),
  verifier,
  /** As the page gave it to the provider: the token is for this sign-in. */
  nonce: text(limits.maxIdLength),
  redirectUri: z.url({ protocol: /^https?$/ }).max(2_000),
});
export type LoginCode = z.infer<typeof LoginCode>;
