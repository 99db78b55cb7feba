/** How a script reads in a kind: short, and the same in every process that runs the same program. */

/** A script without a name: evaluated text. */
export const ANONYMOUS_SCRIPT = '<anonymous>';

/**
 * The script's path with slashes: a URL without its query, which differs from run to run, and a file's without
 * `file://`; what is neither URL nor path (`[eval]`, `evalmachine.<anonymous>`) stays as it is.
 */
export function scriptPath(url: string): string {
  if (!/^[a-z][a-z-]+:\/\//i.test(url)) return url.replaceAll('\\', '/');
  const query = url.search(/[?#]/);
  const path = query < 0 ? url : url.slice(0, query);
  return path.startsWith('file:') ? decoded(path.slice('file://'.length)).replace(/^\/([A-Za-z]:)/, '$1') : path;
}

/** Whether a script is the runtime's own: Node's, Deno's. */
export function isBuiltin(path: string): boolean {
  return /^(?:node|ext):/.test(path);
}

/**
 * From the package's name on where the script is in `node_modules`, Node's own scripts whole, else the last two
 * segments of the path.
 */
export function shortPath(path: string): string {
  if (isBuiltin(path)) return path;
  return inNodeModules(path) ?? path.split('/').slice(-2).join('/');
}

/**
 * The npm package that a script belongs to, `@s/b` or `b`, or undefined. The innermost `node_modules` counts, so that
 * nested packages and pnpm's and yarn's layouts (`.pnpm/b@1.0.0/node_modules/b/`) give the package that holds the file.
 */
export function packageName(path: string): string | undefined {
  const [scope, name] = inNodeModules(path)?.split('/') ?? [];
  return scope?.startsWith('@') && name !== undefined ? `${scope}/${name}` : scope;
}

/**
 * The part of Node a script of its own belongs to: `node:fs` for `node:fs/promises`, `node:internal/streams` for
 * `node:internal/streams/readable`; bundled dependencies (`node:internal/deps/undici/undici`) one step deeper. The part of
 * Deno: `ext:deno_web` for `ext:deno_web/02_event.js`.
 */
export function builtinName(path: string): string | undefined {
  return /^(?:node:(?:internal\/(?:deps\/)?)?|ext:)[^/]+/.exec(path)?.[0];
}

/**
 * A name for each of some paths, `shortPath` where it names one of them only, else the whole path.
 * Paths that are the same are one.
 */
export function shortNames(paths: Iterable<string>): Map<string, string> {
  const distinct = new Set(paths);
  const uses = new Map<string, number>();
  for (const path of distinct) uses.set(shortPath(path), (uses.get(shortPath(path)) ?? 0) + 1);
  return new Map(Array.from(distinct, (path) => [path, uses.get(shortPath(path)) === 1 ? shortPath(path) : path]));
}

const NODE_MODULES = 'node_modules/';

function inNodeModules(path: string): string | undefined {
  for (let at = path.lastIndexOf(NODE_MODULES); at >= 0; at = at > 0 ? path.lastIndexOf(NODE_MODULES, at - 1) : -1) {
    const after = at + NODE_MODULES.length;
    if (after < path.length && (at === 0 || path[at - 1] === '/')) return path.slice(after);
  }
  return undefined;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // not a URL's escapes after all: the name is shown as it came
    return path;
  }
}
