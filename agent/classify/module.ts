/**
 * By the npm package, part of Node or application script that defines the node's class or, for a function, the function;
 * stores by their owner's class.
 *
 *     .../node_modules/a/node_modules/@s/b/c.js   @s/b
 *     node:internal/streams/readable              node:internal/streams
 *     file:///srv/app/src/session.js              src/session.js (the whole path where two scripts would read the same)
 *     strings, V8's own, classes built into it    (no module)
 */

import type { Heap } from '../graph/heap.ts';
import type { Columns } from '../parse/columns.ts';
import { kindsByScript } from './naming/by-script.ts';
import type { Classification, Classifier } from './naming/classifier.ts';
import { Kinds } from './naming/kinds.ts';
import { builtinName, packageName, scriptPath, shortNames } from './naming/script-name.ts';
import { scriptUrls } from './naming/scripts.ts';

export const module: Classifier = {
  by: 'module',
  header: 'Module',
  classify,
  order: { atMost: (a, b) => a === b || a.startsWith(`${b}/`) },
};

function classify({ columns }: Heap): Classification {
  const kinds = new Kinds();
  const none = kinds.of('(no module)');
  return { kindOf: kindsByScript(columns, scriptKinds(columns, kinds), none), kinds: kinds.texts };
}

/** The kind of each script, by V8's script id; scripts without a name are not there. */
function scriptKinds(columns: Columns, kinds: Kinds): Map<number, number> {
  const pathOf = Array.from(scriptUrls(columns), ([id, url]) => [id, scriptPath(url)] as const);
  const isOwn = (path: string): boolean => (packageName(path) ?? builtinName(path)) === undefined;
  const names = shortNames(pathOf.map(([, path]) => path).filter(isOwn));
  return new Map(
    pathOf.map(([id, path]) => [id, kinds.of(packageName(path) ?? builtinName(path) ?? names.get(path) ?? path)]),
  );
}
