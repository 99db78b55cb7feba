/** The address of the page as a signal, and ways to change it. */
import { signal } from '@preact/signals';
import { type Address, type Place, readAddress, writeAddress } from './address.ts';

const current = signal<Address>(readAddress(location.hash));
addEventListener('hashchange', () => {
  current.value = readAddress(location.hash);
});

/** Where we are. Reading it in a component keeps the component up to date. */
export function address(): Address {
  return current.value;
}

/** Goes to a place; `back` of the browser returns. */
export function go(place: Place, query?: Readonly<Record<string, string | undefined>>): void {
  location.hash = writeAddress(place, query);
}

/** Makes choices on this page, each undefined one unmade, without a step for `back`: typing would leave hundreds. */
export function choose(choices: Readonly<Record<string, string | undefined>>): void {
  const { query, ...place } = current.peek();
  history.replaceState(null, '', writeAddress(place, { ...query, ...choices }));
  current.value = readAddress(location.hash);
}
