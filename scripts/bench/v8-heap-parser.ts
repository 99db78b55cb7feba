/** The Rust parser of Visual Studio Code, in its WebAssembly build; without its retained sizes. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { install } from '../../test/support/install.ts';
import type { Contender, Counts } from './contender.ts';

/** What we use of `@vscode/v8-heap-parser`. */
interface HeapParser {
  decode_bytes(bytes: Uint8Array): {
    get_class_groups(start: number, end: number, withoutRetained: boolean): { name(): string; children_len: number }[];
  };
}

const home = () => install('contenders/v8-heap-parser', ['@vscode/v8-heap-parser@0.1.0']);

export const v8HeapParser: Contender = {
  name: 'v8-heap-parser',
  title: '@vscode/v8-heap-parser, histogram',
  install: home,
  async prepare() {
    const parser: HeapParser = createRequire(join(await home(), 'package.json'))('@vscode/v8-heap-parser');
    return (file) => {
      const groups = parser.decode_bytes(readFileSync(file)).get_class_groups(0, 2 ** 31, true);
      return { count: (classes) => pick(groups, classes) };
    };
  },
};

function pick(groups: { name(): string; children_len: number }[], classes: readonly string[]): Counts {
  const counts = new Map(groups.map((group) => [group.name(), group.children_len]));
  return Object.fromEntries(classes.map((name) => [name, counts.get(name) ?? 0]));
}
