/**
 * The connection of this page to its collector: one client, one token, one state.
 *
 *     token (kept for this tab only) ─> Client ─> connection: connecting, open, waiting, refused
 */
import { signal } from '@preact/signals';
import { closeCodes } from '../../../protocol/close-codes.ts';
import type { LoginWay } from '../../../protocol/login.ts';
import type { Method, Params, Result } from '../../../protocol/requests.ts';
import type { Role } from '../../../protocol/role.ts';
import { type Client, type ClientState, connect } from '../../client/browser.ts';
import { leave, loginWay } from './provider-login.ts';

const TOKEN_KEY = 'heapwatch.token';
/** Whether that token is a provider's. */
const BY_PROVIDER = 'heapwatch.by-provider';

/** `refused`: the collector does not let us in, and will not without another token. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'open'; readonly role: Role }
  | { readonly state: 'waiting'; readonly reason: string; readonly sinceMs: number; readonly retryAtMs: number }
  | { readonly state: 'refused'; readonly reason: string; readonly needsToken: boolean };

/** The next session of this tab begins with it. */
export function keepToken(token: string, isOfProvider = false): void {
  sessionStorage.setItem(TOKEN_KEY, token);
  if (isOfProvider) sessionStorage.setItem(BY_PROVIDER, 'yes');
  else sessionStorage.removeItem(BY_PROVIDER);
}

export class Session {
  readonly connection = signal<Connection>({ state: 'connecting' });
  readonly #url: string;
  /** Told of each new client: its subscriptions are to be made anew. */
  readonly #onClient: (client: Client) => void;
  #client: Client;
  #way: Promise<LoginWay | null> | undefined;

  /** Begins to connect. @param url of the collector, `ws://127.0.0.1:7331` */
  constructor(url: string, onClient: (client: Client) => void) {
    this.#url = url;
    this.#onClient = onClient;
    this.#client = this.#connect();
  }

  /** The role that this page has, as far as it is known. */
  get role(): Role | undefined {
    const connection = this.connection.value;
    return connection.state === 'open' ? connection.role : undefined;
  }

  /** Tries again with another token, which is kept as long as this tab. */
  signIn(token: string): void {
    keepToken(token);
    this.#reconnect();
  }

  /** Where users sign in by a provider; null: nowhere. Asked for once. @throws Error that says why it is not known */
  loginWay(): Promise<LoginWay | null> {
    this.#way ??= loginWay().catch((error: unknown) => {
      this.#way = undefined;
      throw error;
    });
    return this.#way;
  }

  /** Whether this page has a token that it can forget. */
  get hasToken(): boolean {
    return sessionStorage.getItem(TOKEN_KEY) !== null;
  }

  /** Forgets the token; who came by a provider leaves there too, where that is possible. */
  async signOut(): Promise<void> {
    const isOfProvider = sessionStorage.getItem(BY_PROVIDER) !== null;
    sessionStorage.removeItem(TOKEN_KEY);
    sessionStorage.removeItem(BY_PROVIDER);
    const way = isOfProvider ? await this.loginWay().catch(() => null) : null;
    if (!leave(way)) this.#reconnect();
  }

  /** @throws RequestError, StreamError */
  async request<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    return await this.#client.request(method, params);
  }

  /** The headers that a request over HTTP needs. */
  get headers(): Record<string, string> {
    const token = sessionStorage.getItem(TOKEN_KEY);
    return token === null ? {} : { Authorization: `Bearer ${token}` };
  }

  #reconnect(): void {
    void this.#client.close();
    this.#client = this.#connect();
  }

  #connect(): Client {
    this.connection.value = { state: 'connecting' };
    const token = sessionStorage.getItem(TOKEN_KEY);
    // it tells of its first state before it is ours, and one that was given up still tells of its end
    let client: Client | undefined;
    const onState = (state: ClientState) => {
      if (client && this.#client === client) this.#tell(state, client);
    };
    client = connect(this.#url, { ...(token !== null && { token }), onState });
    this.#client = client;
    void client.closed.then((error) => {
      if (this.#client !== client || !error) return;
      const needsToken = error.code === closeCodes.unauthorized;
      this.connection.value = { state: 'refused', reason: error.message, needsToken };
    });
    this.#onClient(client);
    return client;
  }

  #tell({ state, reason = '', retryInMs = 0 }: ClientState, client: Client): void {
    const before = this.connection.peek();
    const now = Date.now();
    if (state === 'open') {
      this.connection.value = { state, role: client.role ?? 'viewer' };
    } else if (state === 'waiting') {
      const sinceMs = before.state === 'waiting' ? before.sinceMs : now;
      this.connection.value = { state, reason, sinceMs, retryAtMs: now + retryInMs };
    }
    // `connecting` again after a loss is no news, and `closed` comes with its reason
  }
}
