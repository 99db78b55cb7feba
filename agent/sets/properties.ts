/** The properties of one object, as a snapshot has them. */
import { propertyLabel } from '../classify/naming/edge-labels.ts';
import { edgeTypes } from '../graph/graph.ts';
import { EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../parse/columns.ts';
import type { HeapView } from './view.ts';

/** Stands for a name in an object that is used as a dictionary, where contents of strings are not to be shown. */
const HIDDEN_KEY = '[{*}]';

/** What a program can see of the object: properties, elements and, of a scope, variables. */
export function propertiesOf(view: HeapView, node: number): [label: string, target: number][] {
  const { columns } = view.heap;
  const hidesNames = !view.showsStrings && view.names.hasDictionary(node);
  const visible = edgeTypes(columns, 'property', 'element', 'context');
  const properties: [string, number][] = [];
  for (let edge = columns.firstEdge[node]; edge < columns.firstEdge[node + 1]; edge++) {
    const type = columns.edgeTarget[edge] & EDGE_TYPE_MASK;
    if (((visible >>> type) & 1) === 0) continue;
    const name = columns.edgeName[edge];
    const isElement = columns.edgeTypes[type] === 'element';
    const label = isElement ? `[${name}]` : propertyLabel(columns.strings.get(name));
    const shown = hidesNames && !isElement ? HIDDEN_KEY : label;
    if (label !== '.__proto__') properties.push([shown, columns.edgeTarget[edge] >>> EDGE_TYPE_BITS]);
  }
  return properties;
}
