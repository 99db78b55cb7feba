/**
 * What heapwatch itself has put into a heap that it looks at from inside: its functions, its sets, the columns of earlier
 * snapshots, its thread's handle. heapy tags its objects; V8 tells where each comes from:
 *
 *     marked    a function written in one of our scripts, an instance of a class of ours, the scripts' names and code, and
 *               what Node's loader keeps under those names
 *     hidden    the marked, and what the program would lose with them: all that is reached through them only
 *     not       what is written in the program's scripts, and what that holds, even where only we hold on to it just now:
 *               an async function that waits for our answer is such, with its variables
 *
 * All of the library's long-lived state hangs from instances of classes or from closures, never from bare object literals
 * that a program holds directly, so that nothing of it escapes the marks. V8's table of strings keeps none of them alive,
 * though it is written as if it did.
 */
import { scriptUrls } from '../classify/naming/scripts.ts';
import { addBit, type Bits, bitsOf, emptyBits, hasBit } from '../graph/bits.ts';
import { graphOf } from '../graph/graph.ts';
import { reach } from '../graph/reach.ts';
import { type Columns, EDGE_TYPE_BITS } from '../parse/columns.ts';

/** @param isOurs whether a script's URL or path is one of ours */
export function ownObjects(columns: Columns, isOurs: (script: string) => boolean): Bits {
  const { nodeCount } = columns;
  const marked = emptyBits(nodeCount);
  const theirs = markLocated(columns, isOurs, marked);
  markNamed(columns, isOurs, marked);
  markLoaded(columns, marked);
  markProxies(columns, marked);
  const graph = graphOf(columns);
  const upTo = bitsOf(tablesOfStrings(columns), nodeCount);
  const visible = reach(graph, [graph.root, ...theirs], { without: marked, upTo });
  const hidden = emptyBits(nodeCount);
  for (let node = 0; node < nodeCount; node++) if (!hasBit(visible, node)) addBit(hidden, node);
  return hidden;
}

/** Marks what comes from our scripts; gives what comes from the program's. Node's own are neither's. */
function markLocated(columns: Columns, isOurs: (script: string) => boolean, marked: Bits): number[] {
  const { locationNode, locationSite, siteScript } = columns;
  const urls = scriptUrls(columns);
  const theirs: number[] = [];
  for (let at = 0; at < locationNode.length; at++) {
    const url = urls.get(siteScript[locationSite[at]]) ?? '';
    if (isOurs(url)) addBit(marked, locationNode[at]);
    else if (!url.startsWith('node:')) theirs.push(locationNode[at]);
  }
  return theirs;
}

/** Marks our scripts and the strings that name them. */
function markNamed({ nodeCount, nodeName, strings }: Columns, isOurs: (script: string) => boolean, marked: Bits): void {
  const ours = emptyBits(strings.count);
  for (let name = 0; name < strings.count; name++) if (isOurs(strings.get(name))) addBit(ours, name);
  for (let node = 0; node < nodeCount; node++) if (hasBit(ours, nodeName[node])) addBit(marked, node);
}

/** Marks what has a marked string as its `url`: the loader's records of our modules. */
function markLoaded(columns: Columns, marked: Bits): void {
  const { nodeCount, firstEdge, edgeTarget, edgeName, edgeTypes, strings } = columns;
  const property = edgeTypes.indexOf('property');
  const url = strings.find('url');
  const isMarkedUrl = (edge: number): boolean =>
    edgeName[edge] === url &&
    (edgeTarget[edge] & ((1 << EDGE_TYPE_BITS) - 1)) === property &&
    hasBit(marked, edgeTarget[edge] >>> EDGE_TYPE_BITS);
  for (let node = 0; node < nodeCount; node++) {
    for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
      if (isMarkedUrl(edge)) addBit(marked, node);
    }
  }
}

/** Marks proxies of what is marked, and proxies of those. */
function markProxies(columns: Columns, marked: Bits): void {
  const { nodeName, strings } = columns;
  const name = strings.find('system / JSProxy');
  const proxies = [...nodeName.keys()].filter((node) => nodeName[node] === name);
  const isOfMarked = (node: number): boolean => !hasBit(marked, node) && holdsMarked(columns, node, marked);
  for (let found = proxies.filter(isOfMarked); found.length > 0; found = proxies.filter(isOfMarked)) {
    for (const node of found) addBit(marked, node);
  }
}

function holdsMarked({ firstEdge, edgeTarget }: Columns, node: number, marked: Bits): boolean {
  for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
    if (hasBit(marked, edgeTarget[edge] >>> EDGE_TYPE_BITS)) return true;
  }
  return false;
}

function tablesOfStrings({ nodeCount, nodeType, nodeTypes, nodeName, strings }: Columns): number[] {
  const synthetic = nodeTypes.indexOf('synthetic');
  const tables: number[] = [];
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] === synthetic && strings.equals(nodeName[node], '(Internalized strings)')) tables.push(node);
  }
  return tables;
}
