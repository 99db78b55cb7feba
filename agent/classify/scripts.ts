/**
 * Which script a script id means. The snapshot gives ids only with locations; the name stands two steps from a function:
 *
 *     closure --internal:shared--> shared function info --internal:script--> code, named by the script's URL or path
 *                                     (Node 18 and 20: internal:script_or_debug_info)
 */
import type { Columns } from '../heap/columns.ts';
import { EdgeFinder, NO_NODE } from './edges.ts';

/** URL or path of each script that some function of the heap comes from, by V8's script id; never an empty one. */
export function scriptUrls(columns: Columns): Map<number, string> {
  const { locationNode, locationSite, siteScript, nodeType, nodeName, strings } = columns;
  const closure = columns.nodeTypes.indexOf('closure');
  const shared = new EdgeFinder(columns, 'internal', 'shared');
  const script = new EdgeFinder(columns, 'internal', 'script', 'script_or_debug_info');
  const urls = new Map<number, string>();
  for (let at = 0; at < locationNode.length; at++) {
    const id = siteScript[locationSite[at]];
    const node = locationNode[at];
    if (nodeType[node] !== closure || urls.has(id)) continue;
    const info = shared.from(node);
    const target = info === NO_NODE ? NO_NODE : script.from(info);
    if (target === NO_NODE) continue;
    const url = strings.get(nodeName[target]);
    // a function that is being debugged has V8's own record in that place
    if (url !== '' && !url.startsWith('system / ')) urls.set(id, url);
  }
  return urls;
}
