/**
 * Leak tests, for node:test, Vitest, Jest and any other runner:
 *
 *     import { expectNoLeak } from 'heapwatch/test';
 *
 *     test('a request leaves nothing behind', () => expectNoLeak(async () => { await handle(request()); }));
 *
 * The step is run some hundred times, in short and long rounds, with garbage collections in between. What is alive after each
 * round is read from outside by a process of its own. A kind of object leaks if it gains with each iteration, more in long
 * rounds than in short ones, twice, and not by chance among all kinds (verdict.ts).
 */
import { setImmediate } from 'node:timers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { leakText } from './leak-text.ts';
import { Reader } from './reader.ts';
import type { ExplainAnswer, JudgeAnswer } from './reader-question.ts';
import type { HeapDelta, Interval, KindDelta, LeakedKind } from './report.ts';
import { doses, LEAST_ROUNDS, ROUNDS, shortRound } from './rounds.ts';
import { allocationSites } from './sites.ts';

export type { HeapDelta, Interval, KindDelta, LeakedKind };

/** What may leak or not is run again and again; a promise is waited for. */
export type Step = () => unknown;

export interface LeakTestOptions {
  /** Iterations of a short round, a long one has three times as many; default: as many as 25 ms take, 25 to 500. */
  readonly iterations?: number;
  /** Rounds of each look, at least 6; default 8. */
  readonly rounds?: number;
  /** Iterations before the first reading: until caches are filled; default: those of a short round. */
  readonly warmUp?: number;
  /** That nothing is named wrongly, in (0, 1); default 0.999. */
  readonly confidence?: number;
  /** Kinds that may stay: `'Session'`, `'*Cache'`; their stores are meant too. */
  readonly allow?: readonly string[];
  /** Bytes an iteration that may stay in all; default 0. */
  readonly maxBytes?: number;
  /** Whether paths, shapes and sites of a leak are looked for; default true. */
  readonly explain?: boolean;
}

/** A step leaks. */
export class LeakError extends Error {
  override name = 'LeakError';
  readonly delta: HeapDelta;

  constructor(delta: HeapDelta) {
    super(leakText(delta));
    this.delta = delta;
  }
}

/**
 * Runs a step until it is known whether it leaks. A second or so where it does not; give a test that fails ten seconds.
 * @throws LeakError with kind, bytes an iteration, shape, allocation site and path; what the step throws
 */
export async function expectNoLeak(step: Step, options: LeakTestOptions = {}): Promise<HeapDelta> {
  const delta = await heapDelta(step, options);
  const bytes = delta.leaks.reduce((sum, leak) => sum + leak.bytes.estimate, 0);
  if (delta.leaks.length > 0 && bytes > (options.maxBytes ?? 0)) throw new LeakError(delta);
  return delta;
}

/** What a step leaves in the heap an iteration; as `expectNoLeak`, and judges nothing. @throws what the step throws */
export function heapDelta(step: Step, options: LeakTestOptions = {}): Promise<HeapDelta> {
  const found = turn.then(() => measured(step, checked(options)));
  turn = found.catch(() => {});
  return found;
}

async function measured(step: Step, options: LeakTestOptions): Promise<HeapDelta> {
  const { rounds = ROUNDS, confidence = 0.999, explain = true } = options;
  const startedMs = performance.now();
  const test = await LeakTest.begin(step, options);
  await test.rounds(rounds, 1);
  const look = await test.judge(confidence, options.allow);
  const strict = look.suspects.length > 0;
  if (strict) await test.rounds(rounds, 2);
  const judged = strict ? await test.judge(confidence, options.allow, look.suspects) : look;
  const explained = judged.leaks.length > 0 && explain ? await test.explain() : NOTHING;
  return {
    ...{ leaks: judged.leaks, kinds: judged.kinds, bytes: judged.bytes, ...explained },
    ...{ probe: test.probe, confidence, iterations: test.iterations, rounds },
    tookMs: Math.round(performance.now() - startedMs),
  };
}

const NOTHING = { heldBy: [], sites: [] } satisfies Partial<ExplainAnswer>;

/** @throws RangeError */
function checked(options: LeakTestOptions): LeakTestOptions {
  const { rounds = ROUNDS, confidence = 0.999, iterations = 1, warmUp = 0 } = options;
  if (!(Number.isInteger(rounds) && rounds >= LEAST_ROUNDS)) {
    throw new RangeError(`Cannot test for leaks in ${rounds} rounds: give at least ${LEAST_ROUNDS}`);
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`Cannot test for leaks at a confidence of ${confidence}: give a number between 0 and 1`);
  }
  if (!(Number.isInteger(iterations) && iterations > 0 && Number.isInteger(warmUp) && warmUp >= 0)) {
    throw new RangeError(
      `Cannot test for leaks: iterations and warmUp are whole numbers, not ${iterations} and ${warmUp}`,
    );
  }
  return options;
}

/** What reads the heap: one process for all tests of a file. */
let reader: Promise<Reader> | undefined;
/** One test at a time: two would count each other's objects. */
let turn: Promise<unknown> = Promise.resolve();

async function openedReader(): Promise<Reader> {
  if (!reader || (await reader.catch(() => undefined))?.hasEnded !== false) reader = Reader.open();
  return await reader;
}

class LeakTest {
  readonly #step: Step;
  readonly #reader: Reader;
  readonly #short: number;
  /** In the rounds that were judged last. */
  iterations = 0;

  private constructor(step: Step, reader: Reader, short: number) {
    this.#step = step;
    this.#reader = reader;
    this.#short = short;
  }

  /** Warms up. */
  static async begin(step: Step, { iterations, warmUp }: LeakTestOptions): Promise<LeakTest> {
    const reader = await openedReader();
    const startedMs = performance.now();
    let done = 0;
    while (done < FIRST_STEPS) {
      await step();
      done++;
    }
    const short = iterations ?? shortRound((performance.now() - startedMs) / done);
    for (; done < (warmUp ?? short); done++) await step();
    const test = new LeakTest(step, reader, short);
    await test.#read(done);
    return test;
  }

  get probe(): 'walk' | 'census' {
    return this.#reader.probe;
  }

  /** @param times longer than the first ones */
  async rounds(count: number, times: number): Promise<void> {
    await this.#reader.ask('begin');
    this.iterations = 0;
    for (const dose of doses(count, this.#short * times)) {
      await this.#run(dose);
      await this.#read(dose);
      this.iterations += dose;
    }
  }

  judge(confidence: number, allow: readonly string[] = [], suspects?: readonly string[]): Promise<JudgeAnswer> {
    return this.#reader.ask('judge', { confidence, allow, ...(suspects && { suspects }) });
  }

  async explain(): Promise<ExplainAnswer> {
    await collect();
    await this.#reader.ask('prepare');
    const iterations = Math.min(this.#short, MOST_SAMPLED);
    // a loop that V8 has not optimized: the step is in no other function yet, and has frames of its own
    const sites = await allocationSites(async () => {
      for (let i = 0; i < iterations; i++) await this.#step();
    });
    await collect();
    return await this.#reader.ask('explain', { sites, iterations });
  }

  async #run(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.#step();
  }

  async #read(iterations: number): Promise<void> {
    await collect();
    await this.#reader.ask('read', { iterations });
  }
}

/** Steps that tell how long one takes. */
const FIRST_STEPS = 5;
/** Iterations of which every object is followed to its site. */
const MOST_SAMPLED = 100;

let collectGarbage: (() => void) | undefined;

/** Twice, with turns of the event loop: what a finalizer or a weak reference lets go of only then goes too. */
async function collect(): Promise<void> {
  collectGarbage ??= (globalThis as { gc?: () => void }).gc ?? exposedGc();
  for (let time = 0; time < 2; time++) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
  }
}

function exposedGc(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}
