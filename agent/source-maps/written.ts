/**
 * The functions and classes of a generated script, by the place where V8 says that they begin, and the identifier that
 * names each:
 *
 *     function e(a) {}          at the parenthesis           e
 *     const e = (a) => 1        at the first parameter       e
 *     reveal() {}  get x() {}   at the parenthesis           reveal, x
 *     var e = class {}          at the word, V8's default    e
 *                               constructor and on 18 and 20 its initializer of fields;
 *                               at the brace from 22 on
 *     constructor(a) {}         at the parenthesis           the class's
 */
import type { AnyNode, Expression, Pattern, PrivateIdentifier } from 'acorn';
import { type ClassNode, type FunctionNode, visitTree } from './tree.ts';

export interface Written {
  /** Offset of the identifier that names it; absent for one without. */
  readonly nameAt?: number;
  /** The identifier, as it is there. */
  readonly name?: string;
  /** What it is in the tree: a function, or a class that has no constructor of its own. */
  readonly node: FunctionNode | ClassNode;
  /** The class whose constructor it is. */
  readonly ofClass?: ClassNode;
}

type Name = Pick<Written, 'name' | 'nameAt'>;

/** By offset. */
export function writtenIn(text: string, program: AnyNode): Map<number, Written> {
  const found = new Map<number, Written>();
  visitTree(program, (node, parents) => {
    if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') {
      const written = { ...nameOf(node, parents), node, ofClass: node };
      found.set(node.start, written);
      found.set(node.body.start, written);
    } else if (isFunction(node)) {
      const ofClass = constructedBy(node, parents);
      const name = ofClass === undefined ? nameOf(node, parents) : nameOf(ofClass, parents.slice(0, -3));
      const written = { ...name, node, ...(ofClass && { ofClass }) };
      for (const start of startsOf(text, node, parents.at(-1))) found.set(start, written);
    }
  });
  return found;
}

function isFunction(node: AnyNode): node is FunctionNode {
  return (
    node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression'
  );
}

/** The class of a constructor; its parents end in class, body, method. */
function constructedBy(node: AnyNode, parents: readonly AnyNode[]): ClassNode | undefined {
  const method = parents.at(-1);
  if (method?.type !== 'MethodDefinition' || method.kind !== 'constructor' || method.value !== node) return undefined;
  return parents.at(-3) as ClassNode;
}

/** Of an arrow that is `async`, V8 counts from the word or from its parameters. */
function startsOf(text: string, node: FunctionNode, parent: AnyNode | undefined): number[] {
  if (node.type === 'ArrowFunctionExpression') {
    const [first] = node.params;
    if (!node.async) return [node.start];
    const parenthesis = parenthesisAfter(text, node.start + 'async'.length);
    return [node.start, first === undefined ? parenthesis : Math.min(first.start, parenthesis)];
  }
  const isMethod =
    parent?.type === 'MethodDefinition' || (parent?.type === 'Property' && (parent.method || parent.kind !== 'init'));
  if (isMethod) return [node.start];
  return [parenthesisAfter(text, node.id?.end ?? node.start)];
}

/** The offset of the first parenthesis that opens outside of comments. */
function parenthesisAfter(text: string, from: number): number {
  const token = /\/\*[\s\S]*?\*\/|\/\/.*|\(/g;
  token.lastIndex = from;
  for (let found = token.exec(text); found !== null; found = token.exec(text)) if (found[0] === '(') return found.index;
  return text.length;
}

/** By its own identifier, or by what it is assigned to, as V8 names it. */
function nameOf(node: FunctionNode | ClassNode, parents: readonly AnyNode[]): Name {
  if (node.type !== 'ArrowFunctionExpression' && node.id) return named(node.id);
  const parent = parents.at(-1);
  switch (parent?.type) {
    case 'VariableDeclarator':
      return named(parent.id);
    case 'AssignmentExpression':
      return parent.right === node ? named(parent.left) : {};
    case 'AssignmentPattern':
      return parent.right === node ? named(parent.left) : {};
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return parent.value === node && !parent.computed ? named(parent.key) : {};
    default:
      return {};
  }
}

function named(target: Pattern | Expression | PrivateIdentifier): Name {
  if (target.type === 'Identifier') return { name: target.name, nameAt: target.start };
  if (target.type === 'PrivateIdentifier') return { name: `#${target.name}`, nameAt: target.start };
  if (target.type === 'MemberExpression' && !target.computed) return named(target.property);
  return {};
}
