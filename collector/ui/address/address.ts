/**
 * Where somebody is in the dashboard, as the URL holds it behind `#`: a link gives back the same view, and the server sees none of it.
 *
 *     #/                                    every target
 *     #/targets/api?sort=growth             one target
 *     #/targets/api/kinds/Session           one kind of it
 *     #/compare?a=…&b=…                     two moments
 *     #/alerts?alert=1f3a…                  alerts
 *     #/operations                          the long work of the collector
 */

export type Place =
  | { readonly page: 'overview' }
  | { readonly page: 'target'; readonly target: string }
  | { readonly page: 'kind'; readonly target: string; readonly kind: string }
  | { readonly page: 'compare' }
  | { readonly page: 'alerts' }
  | { readonly page: 'operations' };

export type Address = Place & {
  /** What was chosen on the page, by name: how it is sorted, filtered, … */
  readonly query: Readonly<Record<string, string>>;
};

/** Of `location.hash`; the overview for what is no address of ours. */
export function readAddress(hash: string): Address {
  const [path = '', search = ''] = split(hash.replace(/^#/, ''));
  const query = Object.fromEntries(new URLSearchParams(search));
  return { ...readPlace(path), query };
}

/** With `#`; choices that are undefined or empty are left out. */
export function writeAddress(place: Place, query: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => !!entry[1]);
  const search = new URLSearchParams(given.sort(([a], [b]) => (a < b ? -1 : 1))).toString();
  return `#${writePlace(place)}${search === '' ? '' : `?${search}`}`;
}

function split(text: string): string[] {
  const at = text.indexOf('?');
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function readPlace(path: string): Place {
  const [page, target, sub, kind, ...more] = path.split('/').slice(1).map(decoded);
  if (more.length > 0) return { page: 'overview' };
  if (page === 'compare' || page === 'alerts' || page === 'operations') return { page };
  if (page === 'targets' && target) {
    if (sub === 'kinds' && kind !== undefined) return { page: 'kind', target, kind };
    if (sub === undefined) return { page: 'target', target };
  }
  return { page: 'overview' };
}

function writePlace(place: Place): string {
  switch (place.page) {
    case 'overview':
      return '/';
    case 'target':
      return `/targets/${encodeURIComponent(place.target)}`;
    case 'kind':
      return `/targets/${encodeURIComponent(place.target)}/kinds/${encodeURIComponent(place.kind)}`;
    case 'compare':
    case 'alerts':
    case 'operations':
      return `/${place.page}`;
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
