/** What somebody sees whom the collector does not let in: why, and the ways in. */

import type { LoginWay } from '../../../protocol/login.ts';
import { useAction } from '../live/action.ts';
import { useDashboard } from '../live/dashboard.ts';
import { begin } from '../live/provider-login.ts';
import { useResource } from '../live/resource.ts';

export function SignIn({ reason, needsToken }: { reason: string; needsToken: boolean }) {
  const { session, failure } = useDashboard();
  const way = useResource(() => session.loginWay(), []).value;
  const submit = (event: Event) => {
    event.preventDefault();
    const token = new FormData(event.currentTarget as HTMLFormElement).get('token');
    if (typeof token === 'string' && token.trim() !== '') session.signIn(token.trim());
  };
  return (
    <main class="sign-in">
      <h1>heapwatch</h1>
      <p role="alert">{failure ?? reason}</p>
      {needsToken && way.value && <ByProvider way={way.value} />}
      {needsToken && way.state === 'failed' && <p class="hint">{way.reason}</p>}
      {needsToken && (
        <form onSubmit={submit}>
          <label>
            Token
            <input name="token" type="password" autocomplete="current-password" required />
          </label>
          <button type="submit">Sign in</button>
          <p class="hint">One of auth.tokens in the collector's configuration. It is kept for this tab only.</p>
        </form>
      )}
    </main>
  );
}

function ByProvider({ way }: { way: LoginWay }) {
  const [action, act] = useAction();
  const leave = async () => {
    await begin(way);
    return '';
  };
  return (
    <p>
      <button type="button" onClick={() => act(leave)}>
        Sign in at {new URL(way.issuer).host}
      </button>
      {action.value.state === 'failed' && <span role="alert"> {action.value.reason}</span>}
    </p>
  );
}
