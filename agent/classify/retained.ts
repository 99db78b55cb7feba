/** By retained size, in powers of two: `1 KB - 2 KB` is 1,024 bytes and up to 2,048, that not included. */
import type { Heap } from '../heap/heap.ts';
import { type Classification, type Classifier, NOT_IN_SET } from './classifier.ts';
import { Kinds } from './kinds.ts';

export const retained: Classifier = {
  by: 'retained',
  header: 'Retained Size (from - below)',
  classify,
  order: { atMost: (a, b) => lowest(a) <= lowest(b) },
};

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
const POWERS_OF_UNIT = 10;

function classify(heap: Heap): Classification {
  const { nodeCount, nodeType, nodeTypes } = heap.columns;
  const sizes = heap.retained;
  const synthetic = nodeTypes.indexOf('synthetic');
  const kinds = new Kinds();
  const kindOf = new Uint32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    kindOf[node] = nodeType[node] === synthetic ? NOT_IN_SET : kinds.of(bucket(sizes[node]));
  }
  return { kindOf, kinds: kinds.texts };
}

function bucket(bytes: number): string {
  if (bytes === 0) return '0 B';
  // 2 ** 32 and more do not fit the integers that clz32 counts in
  const power = bytes < 2 ** 31 ? 31 - Math.clz32(bytes) : Math.floor(Math.log2(bytes));
  return `${sizeText(power)} - ${sizeText(power + 1)}`;
}

function sizeText(power: number): string {
  const unit = Math.floor(power / POWERS_OF_UNIT);
  return `${2 ** (power - unit * POWERS_OF_UNIT)} ${UNITS[unit]}`;
}

/** The smallest size of a bucket, in bytes. */
function lowest(kind: string): number {
  const [figure = '', unit = ''] = kind.split(' ');
  return Number(figure) * 2 ** (POWERS_OF_UNIT * UNITS.indexOf(unit));
}
