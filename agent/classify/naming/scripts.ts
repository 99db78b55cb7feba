/**
 * Which script a script id means. The snapshot gives ids only with locations; the name is two steps from a function:
 *
 *     closure --internal:shared--> shared function info --internal:script--> code, named by the script's URL or path
 *                                     (Node 18 and 20: internal:script_or_debug_info)
 *     from V8 15 on                   code `system / Script / URL`, or `system / Script`, --internal:name--> string
 */
import { outsideText, TEXT_LENGTHS } from '../../base/outside-text.ts';
import type { Columns } from '../../parse/columns.ts';
import { EdgeFinder, NO_NODE } from './edges.ts';

/** URL or path of each script that some function of the heap comes from, by the id that sites have; never an empty one. */
export function scriptUrls(columns: Columns): Map<number, string> {
  const { locationNode, locationSite, siteScript, nodeType } = columns;
  const closure = columns.nodeTypes.indexOf('closure');
  const shared = new EdgeFinder(columns, 'internal', 'shared');
  const script = new EdgeFinder(columns, 'internal', 'script', 'script_or_debug_info');
  const names = new ScriptNames(columns);
  const urls = new Map<number, string>(columns.fileOfScript);
  for (let at = 0; at < locationNode.length; at++) {
    const id = siteScript[locationSite[at]];
    const node = locationNode[at];
    if (nodeType[node] !== closure || urls.has(id)) continue;
    const info = shared.from(node);
    const target = info === NO_NODE ? NO_NODE : script.from(info);
    if (target === NO_NODE) continue;
    const url = names.of(target);
    if (url !== '') urls.set(id, url);
  }
  return urls;
}

const SCRIPT = 'system / Script';

/** The URL or path of a script, by its node. */
export class ScriptNames {
  readonly #columns: Columns;
  readonly #name: EdgeFinder;

  constructor(columns: Columns) {
    this.#columns = columns;
    this.#name = new EdgeFinder(columns, 'internal', 'name');
  }

  /** Empty for evaluated text, and for what is no script: a function that is being debugged has V8's own record in that place. */
  of(node: number): string {
    const { nodeName, nodeType, nodeTypes, strings } = this.#columns;
    const own = strings.get(nodeName[node]);
    if (!own.startsWith('system / ')) return outsideText(own, TEXT_LENGTHS.url);
    if (own !== SCRIPT && !own.startsWith(`${SCRIPT} / `)) return '';
    const named = this.#name.from(node);
    if (named === NO_NODE || !nodeTypes[nodeType[named]].includes('string'))
      return outsideText(own.slice(SCRIPT.length + 3), TEXT_LENGTHS.url);
    return outsideText(strings.get(nodeName[named]), TEXT_LENGTHS.url);
  }
}
