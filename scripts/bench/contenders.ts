/** All that take part, in the order of the report's rows. */
import { nothing, readLoop } from './baseline.ts';
import type { Contender } from './contender.ts';
import { devtools } from './devtools.ts';
import { byKind, byName, columns } from './heapwatch.ts';
import { jsonParse } from './json-parse.ts';
import { memlab } from './memlab.ts';
import { v8HeapParser } from './v8-heap-parser.ts';

export const CONTENDERS: readonly Contender[] = [
  nothing,
  readLoop,
  byName,
  columns,
  byKind,
  jsonParse,
  v8HeapParser,
  memlab,
  devtools,
];
