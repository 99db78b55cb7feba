/** The largest strings, sources of scripts aside: each is worth a look by itself. */
import type { Finding } from '../../protocol/finding.ts';
import { humanSize } from '../../protocol/human.ts';
import { hashText, StringGroups } from '../classify/naming/string-groups.ts';
import { addBit, type Bits, emptyBits, hasBit } from '../graph/bits.ts';
import { EDGE_TYPE_BITS } from '../parse/columns.ts';
import type { Facts } from './facts.ts';
import { LEAST_BYTES, severityOf } from './severity.ts';
import { counted, partText } from './words.ts';

const LEAST_EACH = 256 * 2 ** 10;
const SHOWN = 5;

export function largeStrings(facts: Facts): Finding[] {
  const nodes = largeNodes(facts);
  const sizeBytes = nodes.reduce((sum, node) => sum + facts.size(node), 0);
  if (nodes.length === 0 || sizeBytes < LEAST_BYTES) return [];
  return [
    {
      finding: 'large strings',
      severity: severityOf(sizeBytes, facts.sizeBytes),
      confidence: 'certain',
      title: `${counted(nodes.length, 'string')} of ${humanSize(LEAST_EACH)} and more ${nodes.length === 1 ? 'takes' : 'take'} ${humanSize(sizeBytes)}, ${partText(sizeBytes, facts.sizeBytes)} of the heap`,
      reason: 'Whole files, answers or documents that are kept as one text each.',
      sizeBytes,
      count: nodes.length,
      ...facts.holding(nodes),
      parts: nodes
        .slice(0, SHOWN)
        .map((node) => ({ text: textOf(facts, node), count: 1, sizeBytes: facts.size(node) })),
      next: 'keep what is needed of them only, or read them as streams; a Buffer takes half of a text that is not Latin-1',
    },
  ];
}

/** The largest first. */
function largeNodes(facts: Facts): number[] {
  const { nodeCount, nodeType, nodeTypes } = facts.columns;
  const string = nodeTypes.indexOf('string');
  const sources = sourceTexts(facts);
  const nodes: number[] = [];
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] === string && facts.size(node) >= LEAST_EACH && !hasBit(sources, node)) nodes.push(node);
  }
  return nodes.sort((a, b) => facts.size(b) - facts.size(a) || a - b);
}

/** Sources of scripts: V8 keeps them as long as their functions. Linear in edges. */
function sourceTexts({ columns }: Facts): Bits {
  const { nodeCount, nodeType, nodeTypes, firstEdge, edgeTarget, edgeName, strings } = columns;
  const sources = emptyBits(nodeCount);
  const name = strings.find('source');
  const code = nodeTypes.indexOf('code');
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== code) continue;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (edgeName[edge] === name) addBit(sources, edgeTarget[edge]! >>> EDGE_TYPE_BITS);
    }
  }
  return sources;
}

/** Its text where that may be shown, else what tells it from others. */
function textOf({ view, columns }: Facts, node: number): string {
  if (view.showsStrings) return view.names.of(node);
  const groups = new StringGroups(columns);
  return hashText(groups.hash.at(groups.add(node)));
}
