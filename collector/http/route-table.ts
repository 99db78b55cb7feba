/** Finds the routes of a path: `/v1/partitions/p%201` is `/v1/partitions/{id}` with id `p 1`. */
import type { Route } from './route.ts';

export interface MatchedPath {
  /** With parameters in braces. */
  readonly path: string;
  readonly byMethod: ReadonlyMap<string, Route>;
  /** The parameters in the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
}

interface Entry {
  readonly path: string;
  readonly segments: readonly string[];
  readonly byMethod: Map<string, Route>;
}

export class RouteTable {
  readonly #entries: readonly Entry[];

  constructor(routes: readonly Route[]) {
    const entries = new Map<string, Entry>();
    for (const route of routes) {
      const { path } = route;
      const entry = entries.get(path) ?? { path, segments: path.split('/'), byMethod: new Map() };
      entry.byMethod.set(route.method, route);
      entries.set(path, entry);
    }
    this.#entries = [...entries.values()];
  }

  /** @param path of a request, as it came, without its query. */
  find(path: string): MatchedPath | undefined {
    const segments = path.split('/');
    for (const entry of this.#entries) {
      const params = match(entry.segments, segments);
      if (params) return { path: entry.path, byMethod: entry.byMethod, params };
    }
    return undefined;
  }
}

function match(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    const value = name === undefined ? segments[index] : decoded(segments[index]!);
    if (name === undefined ? value !== part : !value) return undefined;
    if (name !== undefined) params[name] = value!;
  }
  return params;
}

/** Undefined for what is no UTF-8 in percent signs. */
function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
