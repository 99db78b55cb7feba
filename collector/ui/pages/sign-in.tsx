/** What somebody sees whom the collector does not let in. */
import { useDashboard } from '../live/dashboard.ts';

export function SignIn({ reason, needsToken }: { reason: string; needsToken: boolean }) {
  const { session } = useDashboard();
  const submit = (event: Event) => {
    event.preventDefault();
    const token = new FormData(event.currentTarget as HTMLFormElement).get('token');
    if (typeof token === 'string' && token.trim() !== '') session.signIn(token.trim());
  };
  return (
    <main class="sign-in">
      <h1>heapwatch</h1>
      <p role="alert">{reason}</p>
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
