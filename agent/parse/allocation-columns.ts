/**
 * The sections of a snapshot that was recorded with allocation stacks (`HeapProfiler.startTrackingHeapObjects`), as columns:
 *
 *     trace_function_infos   function_id,name,script_name,script_id,line,column     lines and columns from 1, 0: not known
 *     trace_tree             [id,function_info_index,count,size,[children …]]       a stack is the way from the root to a node
 *     nodes                  …,trace_node_id                                        the innermost frame of an object's stack
 *
 * A heap can be read without them: what is no record ends them, and an object whose frame is not there has none.
 */

import { CLOSE_BRACKET, isDigit, OPEN_BRACKET } from './ascii.ts';
import type { TraceLayout } from './meta.ts';
import { Numbers } from './numbers.ts';
import { RecordReader } from './records.ts';
import type { SectionReader } from './section.ts';
import { SkipReader } from './skip.ts';

export interface AllocationColumns {
  /** By node: the id of the frame that allocated it; 0 where that was not recorded. */
  readonly frameOf: Uint32Array;
  /** By the id of a frame: the index of its function. */
  readonly functionOf: ReadonlyMap<number, number>;
  /** By function: string indices of its name and its script's, and where it begins, from 1; 0 where that is not known. */
  readonly functionName: Uint32Array;
  readonly functionScript: Uint32Array;
  readonly functionLine: Uint32Array;
  readonly functionColumn: Uint32Array;
}

/** A Map has no room for more than 2^24; V8 keeps some thousand stacks. */
const MAX_FRAMES = 2 ** 22;

export class AllocationFunctionsReader extends RecordReader {
  readonly #layout: TraceLayout;
  readonly #columns = [new Numbers(), new Numbers(), new Numbers(), new Numbers()] as const;

  constructor(layout: TraceLayout) {
    super('trace_function_infos', layout.fields.length, { dispensable: true });
    this.#layout = layout;
  }

  protected override take(values: Float64Array): void {
    const { name, script, line, column } = this.#layout;
    for (const [at, field] of [name, script, line, column].entries()) {
      const value = values[field]!;
      this.#columns[at]!.push(value >= 0 && value < 2 ** 32 ? value : 0);
    }
  }

  protected override close(): void {
    // their number is not worth refusing a heap for
  }

  functions(): Pick<AllocationColumns, 'functionName' | 'functionScript' | 'functionLine' | 'functionColumn'> {
    const [functionName, functionScript, functionLine, functionColumn] = this.#columns.map((each) => each.toArray());
    return {
      functionName: functionName!,
      functionScript: functionScript!,
      functionLine: functionLine!,
      functionColumn: functionColumn!,
    };
  }
}

/** Reads which function each frame of the tree is of; the rest of it is passed over, however deep. */
export class AllocationTreeReader implements SectionReader {
  readonly #bounds = new SkipReader('trace_tree');
  readonly functionOf = new Map<number, number>();
  /** Numbers read of the frame that is being read. */
  #field = 0;
  #value = -1;
  #id = 0;

  get done(): boolean {
    return this.#bounds.done;
  }

  read(bytes: Uint8Array, from: number, offset: number): number {
    const stop = this.#bounds.read(bytes, from, offset);
    for (let at = from; at < stop; at++) this.#take(bytes[at]!);
    return stop;
  }

  #take(byte: number): void {
    if (isDigit(byte)) {
      this.#value = Math.max(0, this.#value) * 10 + (byte - 48);
      return;
    }
    if (this.#value >= 0) this.#endNumber();
    // a list of children begins with a frame, and the next of its siblings follows its end
    if (byte === OPEN_BRACKET || byte === CLOSE_BRACKET) this.#field = 0;
  }

  #endNumber(): void {
    if (this.#field === 0) this.#id = this.#value;
    if (this.#field === 1 && this.functionOf.size < MAX_FRAMES) this.functionOf.set(this.#id, this.#value);
    this.#field++;
    this.#value = -1;
  }
}
