import type { Columns } from '../../parse/columns.ts';
import { ClassKinds } from './class-kinds.ts';
import { NOT_IN_SET } from './classifier.ts';
import type { Kinds } from './kinds.ts';
import { NameKinds } from './name-kinds.ts';
import { hiddenWord, nativeWord, WORD_OF_TYPE } from './words.ts';

/** The kind of each node by itself, as the default partition names it, stores and their owners aside. */
export class NodeKinds {
  readonly #columns: Columns;
  /** By node type: how its nodes are named. */
  readonly #rules: readonly ((node: number) => number)[];

  constructor(columns: Columns, kinds: Kinds) {
    this.#columns = columns;
    this.#rules = columns.nodeTypes.map((type) => ruleOf(type, columns, kinds));
  }

  of(node: number): number {
    return this.#rules[this.#columns.nodeType[node]](node);
  }
}

function ruleOf(type: string, columns: Columns, kinds: Kinds): (node: number) => number {
  if (type === 'synthetic') return () => NOT_IN_SET;
  if (type === 'object') {
    const classes = new ClassKinds(columns, kinds);
    return (node) => classes.of(node);
  }
  if (type === 'hidden' || type === 'native') {
    const names = new NameKinds(columns.strings, kinds, type === 'hidden' ? hiddenWord : nativeWord);
    return (node) => names.of(columns.nodeName[node]);
  }
  const kind = kinds.of(WORD_OF_TYPE[type] ?? type);
  return () => kind;
}
