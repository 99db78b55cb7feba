/** One kind on the wall. */
import type { Row } from '../../../../../protocol/partition.ts';
import { KindTrail } from './kind-trail.ts';

const MEASURES = ['sizeBytes', 'count'] as const;
export type Measure = (typeof MEASURES)[number];

export class KindLine {
  readonly kind: string;
  readonly sizeBytes: KindTrail;
  readonly count: KindTrail;
  #estimated: boolean;
  #version = 0;

  constructor(kind: string, { sizeBytes = new KindTrail(), count = new KindTrail(), estimated = false } = {}) {
    this.kind = kind;
    this.sizeBytes = sizeBytes;
    this.count = count;
    this.#estimated = estimated;
  }

  /** Whether sizes are estimates, of the newest sample. */
  get estimated(): boolean {
    return this.#estimated;
  }

  /** Rises with each change: the line itself stays the same. */
  get version(): number {
    return this.#version;
  }

  append(step: number, { count, sizeBytes, estimated = false }: Omit<Row, 'kind'>): void {
    this.count.append(step, count);
    this.sizeBytes.append(step, sizeBytes);
    this.#estimated = estimated;
    this.#version++;
  }

  /** Goes on as another line of the same kind does. */
  continueWith(later: KindLine): void {
    this.count.continueWith(later.count);
    this.sizeBytes.continueWith(later.sizeBytes);
    this.#estimated = later.#estimated;
    this.#version = later.#version + 1;
  }

  dropBefore(step: number): void {
    this.count.dropBefore(step);
    this.sizeBytes.dropBefore(step);
    this.#version++;
  }
}
