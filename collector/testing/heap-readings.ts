/** Readings of a test's heap between rounds of its step, and what is made of them. */

import type { Columns } from '../../agent/parse/columns.ts';
import { unpacked } from '../../agent/parse/packed.ts';
import { Walker, type WalkOptions } from '../../agent/probe/walk.ts';
import { matchesGlob } from '../../protocol/glob.ts';
import type { Partition } from '../../protocol/partition.ts';
import { adviceFor } from '../leak/advice.ts';
import { agreed } from './agreed.ts';
import type { HoldersBefore } from './grown-holders.ts';
import type { ExplainAnswer, ExplainQuestion, JudgeAnswer, JudgeQuestion, OpenQuestion } from './reader-question.ts';
import type { KindDelta, LeakedKind } from './report.ts';
import type { Site } from './sites.ts';
import { type KindSlope, leaking, type RoundReading, slopesOf, suspects, total } from './verdict.ts';

const MARK = 'HeapwatchMark';
/** Kinds whose holders are looked for. */
const MAX_CANDIDATES = 8;
/** Kinds that a report lists beside the leaks. */
const MAX_KINDS = 50;
const MAX_SITES = 3;

/** One way to read the heap. */
interface HeapReader {
  readonly probe: 'walk' | 'census';
  /** What is alive, by kind. */
  read(): Promise<Partition>;
  /** The graph. */
  columns(): Promise<Columns>;
}

export class HeapReadings {
  readonly #reader: HeapReader;
  #readings: RoundReading[] = [];
  #leaks: readonly KindSlope[] = [];
  #before: HoldersBefore | undefined;

  private constructor(reader: HeapReader) {
    this.#reader = reader;
  }

  /** @throws as Walker.open and `attach` */
  static async open(question: OpenQuestion): Promise<HeapReadings> {
    const { inspectorUrl } = question;
    return new HeapReadings(inspectorUrl === undefined ? await walking(question) : await counting(inspectorUrl));
  }

  get probe(): 'walk' | 'census' {
    return this.#reader.probe;
  }

  /** Rounds of their own from here on: the last reading is where they begin. */
  begin(): void {
    this.#readings = this.#readings.slice(-1);
  }

  async read(iterations: number): Promise<void> {
    const { rows } = await this.#reader.read();
    this.#readings.push({ iterations, kinds: new Map(rows.map((row) => [row.kind, row])) });
  }

  judge({ confidence, allow, suspects: names }: JudgeQuestion): JudgeAnswer {
    const slopes = slopesOf(this.#readings, confidence).filter(({ kind }) => kind !== MARK && !isAllowed(kind, allow));
    this.#leaks = names === undefined ? [] : leaking(slopes, new Set(names), confidence);
    return {
      suspects: suspects(slopes).map(({ kind }) => kind),
      leaks: this.#leaks.map(deltaOf),
      kinds: slopes.slice(0, MAX_KINDS).map(deltaOf),
      bytes: total(this.#readings, confidence),
    };
  }

  async prepare(): Promise<void> {
    const { holdersBefore } = await import('./grown-holders.ts');
    this.#before = holdersBefore(await this.#reader.columns(), this.#candidates());
  }

  async explain({ sites, iterations }: ExplainQuestion): Promise<ExplainAnswer> {
    if (!this.#before) throw new Error('Cannot explain a leak: nothing was read before');
    const { grownHolders } = await import('./grown-holders.ts');
    const found = grownHolders(this.#before, await this.#reader.columns(), iterations);
    const place = ({ kind }: KindSlope) => found.kinds.indexOf(kind) >>> 0;
    const leaks = this.#leaks
      .toSorted((a, b) => place(a) - place(b))
      .map((leak) => described(leak, sites, found.shapes));
    const heldBy = found.paths.map(fromStep);
    return { leaks, heldBy, sites: sites.map(({ site }) => site).slice(0, MAX_SITES), advice: adviceFor(heldBy[0]) };
  }

  #candidates(): string[] {
    return this.#leaks.slice(0, MAX_CANDIDATES).map(({ kind }) => kind);
  }
}

/** What only the step itself holds is held by us as long as it is tested, in ways that say nothing. */
function fromStep(path: string): string {
  return path.replace(/^.*\.#step → /, 'the step: ');
}

/** A kind that was allowed, and the stores of its objects. */
function isAllowed(kind: string, allow: readonly string[]): boolean {
  const owner = /^(?:elements|properties|table|data) of (.+)$/.exec(kind)?.[1];
  return allow.some((glob) => matchesGlob(glob, kind) || (owner !== undefined && matchesGlob(glob, owner)));
}

function deltaOf({ kind, objects, bytes }: KindSlope): KindDelta {
  return { kind, objects, bytes };
}

function described(leak: KindSlope, sites: readonly Site[], shapes: readonly string[]): LeakedKind {
  const size = leak.objects.estimate > 0 ? Math.round(leak.bytes.estimate / leak.objects.estimate / 8) * 8 : 0;
  const bySize = sites
    .map(({ site, counts }) => ({ site, count: counts[size] ?? 0 }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count);
  const allocatedBy = bySize[0]?.site ?? sites[0]?.site;
  return {
    ...deltaOf(leak),
    ...(leak.kind === 'Object' && shapes.length > 0 && { shapes }),
    ...(allocatedBy !== undefined && { allocatedBy }),
  };
}

/** From outside; the test does nothing but wait for the answer meanwhile, so it is not stopped. */
async function walking({ pid, memFd, marks }: OpenQuestion): Promise<HeapReader> {
  const walker = await Walker.open({ pid, ...(memFd !== undefined && { memFd }) });
  const options: WalkOptions = { target: `pid:${pid}`, stop: false };
  const all = () => walker.walk(options);
  const isOurs = ({ rows }: Partition): boolean => rows.some(({ kind, count }) => kind === MARK && count === marks);
  const index = marks === undefined ? 0 : (await all()).findIndex(isOurs);
  if (index < 0) throw new Error('Cannot read this heap: its thread was not found in its process');
  const isolate = index === 0 ? 'main' : `isolate:${index + 1}`;
  return {
    probe: 'walk',
    read: () => agreed(async () => (await all())[index]!),
    columns: async () => unpacked((await walker.graph(isolate, { columns: true }, options)).columns!),
  };
}

/** By the test's inspector, where its memory cannot be read; what holds the objects, a snapshot tells. */
async function counting(inspectorUrl: string): Promise<HeapReader> {
  // a test whose memory can be read has no need of these
  const [{ attach }, { census }, { columns }] = await Promise.all([
    import('../../agent/attach/agent.ts'),
    import('../../agent/probe/census.ts'),
    import('../../agent/probe/columns.ts'),
  ]);
  const agent = await attach(inspectorUrl);
  return {
    probe: 'census',
    read: () => census(agent, { target: inspectorUrl, isolate: 'main' }),
    columns: async () => unpacked((await columns(agent, { target: inspectorUrl, isolate: 'main' })).columns),
  };
}
