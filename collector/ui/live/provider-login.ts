/**
 * Signing in by a provider of OpenID Connect, with PKCE. What has to survive the way there and back is kept for this tab, under
 * one key, and is gone as soon as it is back; the code leaves the address before anything else is done.
 *
 *     begin: verifier, nonce, state kept ─> the provider's page ─> finish: state held against it ─> code ─> collector ─> token
 */
import type { LoginWay } from '../../../protocol/login.ts';

const KEY = 'heapwatch.sign-in';

interface Underway {
  readonly state: string;
  readonly verifier: string;
  readonly nonce: string;
  /** Where its user was. */
  readonly hash: string;
}

/** Null where the collector has no provider, or cannot say so now. */
export async function loginWay(): Promise<LoginWay | null> {
  const response = await fetch('/v1/login');
  if (!response.ok) throw new Error(await messageOf(response));
  const { way } = (await response.json()) as { way: LoginWay | null };
  return way;
}

/** Leaves this page for the provider's. */
export async function begin(way: LoginWay): Promise<void> {
  const underway: Underway = { state: random(), verifier: random(), nonce: random(), hash: location.hash };
  sessionStorage.setItem(KEY, JSON.stringify(underway));
  const url = new URL(way.authorizationEndpoint);
  const query = {
    response_type: 'code',
    client_id: way.clientId,
    redirect_uri: redirectUri(),
    scope: way.scope,
    state: underway.state,
    nonce: underway.nonce,
    code_challenge: await challenge(underway.verifier),
    code_challenge_method: 'S256',
    ...(way.resource !== undefined && { resource: way.resource }),
  };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  location.assign(url);
}

/** The token of a sign-in that comes back to this page; undefined where none does. @throws Error that says why it failed */
export async function finish(): Promise<string | undefined> {
  const answer = new URLSearchParams(location.search);
  const [code, error, state] = ['code', 'error', 'state'].map((name) => answer.get(name));
  if (!state || !(code || error)) return undefined;
  const underway = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Underway | null;
  sessionStorage.removeItem(KEY);
  history.replaceState(null, '', `/${underway?.hash ?? ''}`);
  if (underway?.state !== state) throw new Error('Cannot sign in: this page has not asked for it, sign in again');
  if (!code) throw new Error(`Cannot sign in: the provider says ${error}`);
  const { verifier, nonce } = underway;
  const response = await fetch('/v1/login/token', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ code, verifier, nonce, redirectUri: redirectUri() }),
  });
  if (!response.ok) throw new Error(await messageOf(response));
  return ((await response.json()) as { token: string }).token;
}

/** Has the provider end its own session too; its page leads back here. False where it has no such place. */
export function leave(way: LoginWay | null): boolean {
  if (way?.endSessionEndpoint === undefined) return false;
  const url = new URL(way.endSessionEndpoint);
  url.searchParams.set('client_id', way.clientId);
  url.searchParams.set('post_logout_redirect_uri', redirectUri());
  location.assign(url);
  return true;
}

function redirectUri(): string {
  return `${location.origin}/`;
}

function random(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(32)));
}

async function challenge(verifier: string): Promise<string> {
  // browsers have it on https: and on loopback only
  if (!isSecureContext) throw new Error('Cannot sign in: open the dashboard by https');
  return base64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

function base64Url(bytes: Uint8Array): string {
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

async function messageOf(response: Response): Promise<string> {
  try {
    return ((await response.json()) as { error: { message: string } }).error.message;
  } catch {
    return `Cannot sign in: the collector answered ${response.status}`;
  }
}
