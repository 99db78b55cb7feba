/** Elements of pages that are in no document: marked by V8, or by their name in Chrome's and Electron's snapshots. */
import type { NodeSet } from '../graph/set.ts';
import type { Columns } from '../parse/columns.ts';
import { Numbers } from '../parse/numbers.ts';

/** V8's mark of them. */
const DETACHED = 2;

/** Elements, and the objects that scripts have of them; Node marks natives of its own so, too, which are none. */
export function detachedNodes({ detachedness, nodeCount, nodeName, nodeType, nodeTypes, strings }: Columns): NodeSet {
  const [native, object] = [nodeTypes.indexOf('native'), nodeTypes.indexOf('object')];
  const wordOfName = new Map<number, string>();
  const nodes = new Numbers();
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== native && nodeType[node] !== object) continue;
    const name = nodeName[node]!;
    let word = wordOfName.get(name);
    if (word === undefined) {
      word = detachedWord(strings.get(name));
      wordOfName.set(name, word);
    }
    const isMarked = detachedness?.[node] === DETACHED;
    if (word === 'detached' || (isMarked && (nodeType[node] === object || word === 'element'))) nodes.push(node);
  }
  return nodes.toArray();
}

function detachedWord(name: string): string {
  if (name.startsWith('Detached ')) return 'detached';
  return name.startsWith('<') ? 'element' : '';
}
