/** What everybody writes first: the whole file as one string, and `JSON.parse`. */
import { constants } from 'node:buffer';
import { readFileSync } from 'node:fs';
import type { Contender, Counts } from './contender.ts';

/** The parts of a snapshot that counting by class takes. */
export interface RawSnapshot {
  snapshot: { meta: { node_fields: string[]; node_types: [string[], ...unknown[]] } };
  nodes: number[];
  strings: string[];
}

export const jsonParse: Contender = {
  name: 'json-parse',
  title: 'JSON.parse alone',
  execArgv: ['--max-old-space-size=12000'],
  unable: (fileBytes) => (fileBytes > constants.MAX_STRING_LENGTH ? 'longer than a string can be' : null),
  prepare: async () => (file) => {
    const snapshot: RawSnapshot = JSON.parse(readFileSync(file, 'utf8'));
    return { count: (classes) => countObjects(snapshot, classes) };
  },
};

function countObjects({ snapshot, nodes, strings }: RawSnapshot, classes: readonly string[]): Counts {
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [typeAt, nameAt] = [fields.indexOf('type'), fields.indexOf('name')];
  const object = types[0].indexOf('object');
  const counts: Record<string, number> = {};
  for (let at = 0; at < nodes.length; at += fields.length) {
    if (nodes[at + typeAt] !== object) continue;
    const name = strings[nodes[at + nameAt]];
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return Object.fromEntries(classes.map((name) => [name, counts[name] ?? 0]));
}
