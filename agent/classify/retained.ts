/** By retained size, in powers of two: `1 KB - 2 KB` is 1,024 bytes and up to 2,048, that not included. */
import type { Heap } from '../graph/heap.ts';
import { type Classification, type Classifier, NOT_IN_SET } from './naming/classifier.ts';
import { Kinds } from './naming/kinds.ts';

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
  const kindOfPower = new Map<number, number>();
  const kindOf = new Uint32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] === synthetic) {
      kindOf[node] = NOT_IN_SET;
      continue;
    }
    const power = powerBelow(sizes[node]);
    const kind = kindOfPower.get(power) ?? kinds.of(bucket(power));
    kindOfPower.set(power, kind);
    kindOf[node] = kind;
  }
  return { kindOf, kinds: kinds.texts };
}

/** The greatest power of two that is no more than `bytes`; -1 for none. */
function powerBelow(bytes: number): number {
  // clz32(0) is 32; from 2 ** 31 on sizes do not fit its integers
  return bytes < 2 ** 31 ? 31 - Math.clz32(bytes) : Math.floor(Math.log2(bytes));
}

function bucket(power: number): string {
  return power < 0 ? '0 B' : `${sizeText(power)} - ${sizeText(power + 1)}`;
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
