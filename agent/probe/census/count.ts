/** Counts the objects of one realm by class: what a realm's `Object.prototype` leads to. */
import { AnswerError } from '../../base/errors.ts';
import { outsideText, TEXT_LENGTHS } from '../../base/outside-text.ts';
import { COUNTER } from './counter.ts';
import { type Handles, handleOf, MAIN_CONTEXT } from './handles.ts';
import { intrinsicsOf } from './intrinsics.ts';

/** Objects counted at a time: some 20 ms. */
const SLICE = 400_000;
/** Of an entry in the array of a realm's objects. */
const POINTER_BYTES = 8;
/** Names asked for at a time, with objects that V8 describes in some 2 KB each at times: what is longer is read by a thread. */
const PAGE = 100;
/** Prototypes of one realm; a program has some thousand, or one for each object of a kind. */
const MAX_SLOTS = 50_000;

/** Calls on one of the counter's functions. */
const CALL = 'function (a, b) { return this(a, b); }';

/** Objects of one prototype, or with one own `Symbol.toStringTag`. */
export interface Slot {
  /** As V8 names such objects in a snapshot. */
  readonly name: string;
  readonly count: number;
  /** The function that is `constructor` on the prototype, if it bears the name: its handle. Asked for each time. */
  maker(): Promise<string | undefined>;
}

export interface RealmCount {
  readonly functions: number;
  /** What lived in the whole isolate after the collection that V8 does for the search. */
  readonly liveBytes: number;
  readonly slots: readonly Slot[];
}

/** @throws AnswerError where the realm's own functions are not to be found; ProtocolError where the realm has gone */
export async function countRealm(handles: Handles, contextId: number): Promise<RealmCount> {
  const plain = handleOf(await handles.evaluate('({})', contextId));
  const objects = await handles.instances(handleOf(await handles.prototypeOf(plain)));
  const usedBytes = await handles.heapUsedBytes();
  const counting = [...(await intrinsicsOf(handles, contextId, objects)), { value: contextId !== MAIN_CONTEXT }];
  const counter = await handles.entries(handleOf(await handles.call(objects, COUNTER, counting)));
  const ask = (name: string, ...args: number[]) =>
    handles.call(
      handleOf(counter.get(name)),
      CALL,
      args.map((value) => ({ value })),
    );
  while ((await ask('next', SLICE)).value !== true);
  const [functions, ...counts] = String((await ask('counts')).value)
    .split(',')
    .map(Number);
  if (counts.length > MAX_SLOTS)
    throw new AnswerError(`Cannot count objects: they have more than ${MAX_SLOTS} prototypes; take a snapshot`);
  if (!Number.isSafeInteger(functions) || !counts.every(Number.isSafeInteger))
    throw new AnswerError('Cannot count objects: the target gave something else than counts');
  const slots: Slot[] = [];
  for (let from = 0; from < counts.length; from += PAGE) {
    const named = await handles.entries(handleOf(await ask('names', from, PAGE)));
    for (let slot = from; slot < Math.min(from + PAGE, counts.length); slot++) {
      const name = nameOf(named.get(String(slot)));
      slots.push({ name, count: counts[slot], maker: () => makerOf(handles, () => ask('maker', slot), name) });
    }
  }
  // the array of all that was found is ours
  const found = counts.reduce((sum, count) => sum + count, functions);
  const liveBytes = Math.max(0, usedBytes - POINTER_BYTES * found);
  return { functions, liveBytes, slots: slots.filter(({ count }) => count > 0) };
}

type Named = Awaited<ReturnType<Handles['call']>>;

function nameOf(named: Named | undefined): string {
  const name = named?.type === 'string' ? named.value : named?.className;
  if (typeof name === 'string') return outsideText(name, TEXT_LENGTHS.name);
  throw new AnswerError('Cannot count objects: the target gave an object without a class');
}

async function makerOf(handles: Handles, ask: () => Promise<Named>, name: string): Promise<string | undefined> {
  const answer = await handles.entries(handleOf(await ask()));
  const maker = answer.get('maker');
  return maker?.type === 'function' && answer.get('named')?.className === name ? maker.objectId : undefined;
}
