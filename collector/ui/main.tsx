/** Starts the dashboard in its page: connects to the collector that served it. */
import '../client/no-eval.ts';
import './style/base.css';
import { signal } from '@preact/signals';
import { render } from 'preact';
import { reasonOf } from '../../protocol/reason.ts';
import type { Client } from '../client/browser.ts';
import { App } from './app.tsx';
import { DashboardProvider } from './live/dashboard.ts';
import { feed } from './live/feed.ts';
import { Fleet } from './live/fleet.ts';
import { finish } from './live/provider-login.ts';
import { keepToken, Session } from './live/session.ts';

const fleet = new Fleet();
const now = signal(Date.now());
setInterval(() => {
  now.value = Date.now();
}, 1_000);

const failure = await finish().then(
  (token) => {
    if (token !== undefined) keepToken(token, true);
    return undefined;
  },
  (error: unknown) => reasonOf(error),
);
const session = new Session(location.origin.replace(/^http/, 'ws'), follow);

render(
  <DashboardProvider value={{ session, fleet, now, ...(failure !== undefined && { failure }) }}>
    <App />
  </DashboardProvider>,
  document.getElementById('app')!,
);

function follow(client: Client): void {
  // how a client ended is the session's to say
  feed(client, fleet).catch(() => undefined);
}

session.connection.subscribe(({ state }) => {
  if (state === 'open') void retain();
});

/** Forgets targets that are not the collector's any more. */
async function retain(): Promise<void> {
  try {
    const { targets } = await session.request('targets', {});
    fleet.retain(new Set(targets.map(({ target }) => target)));
  } catch {
    // asked again when the connection, whose loss is shown, is back
  }
}
