/** All objects of an image by the kinds that a snapshot's default partition has, per isolate. */
import { classTexts } from '../classify/naming/class-texts.ts';
import { locationNames, type ScriptLocation } from '../classify/naming/location-names.ts';
import { STORES } from '../classify/naming/stores.ts';
import { ARRAY_BUFFER_DATA, SHARED_ARRAY, WORD_OF_TYPE } from '../classify/naming/words.ts';
import { LayoutRefusal } from '../layout/refusal.ts';
import type { SourceMaps } from '../source-maps/source-maps.ts';
import { ClassNames } from './class-names.ts';
import { refuseStrange } from './invariants.ts';
import { NamedClasses } from './named-classes.ts';
import type { HeapWords } from './objects.ts';
import type { Page } from './pages.ts';
import { UNKNOWN_SIZE } from './sizes.ts';
import { NOBODY, Tally } from './tally.ts';
import { typeWord } from './type-words.ts';

export interface KindRow {
  readonly kind: string;
  readonly count: number;
  readonly sizeBytes: number;
}

export interface SpaceTally {
  /** As `v8.getHeapSpaceStatistics()` names it. */
  readonly space: string;
  readonly count: number;
  readonly sizeBytes: number;
  readonly deadCount: number;
  readonly deadBytes: number;
  /** In free lists and fillers. */
  readonly freeBytes: number;
}

/** What was found in one isolate's heap, or in what all share. */
export interface IsolateKinds {
  /** Address of V8's Heap; 0 for the read-only space, which all isolates share. */
  readonly heap: number;
  /** V8's number of the isolate: 0 is the main one, workers follow as they were made; -1 for the read-only space. */
  readonly isolate: number;
  /** Of what lived at the last major collection or was made since; size descending, then kind ascending. */
  readonly rows: readonly KindRow[];
  /** Memory outside V8's pages that objects hold: not in the sums. Characters of strings are counted as bytes of no more strings. */
  readonly outside: readonly KindRow[];
  readonly count: number;
  /** Sum of the rows; what V8 counts as used. */
  readonly sizeBytes: number;
  /** What the last major collection found dead and has not swept yet. */
  readonly deadCount: number;
  readonly deadBytes: number;
  /** Where no object was found in a page's used part: 0 at a safe point; more where the process ran on, or was stopped in a collection. */
  readonly tornBytes: number;
  readonly spaces: readonly SpaceTally[];
}

export interface WalkedKinds {
  /** The main one first. */
  readonly isolates: readonly IsolateKinds[];
  readonly readOnly: IsolateKinds;
}

/**
 * Linear in objects; nothing is kept for each.
 * @param maps where classes are to be named as people wrote them
 * @throws LayoutRefusal where what is found cannot be V8's heap as the layout has it
 */
export function walkKinds(heap: HeapWords, maps?: SourceMaps): WalkedKinds {
  refuseStrange(heap);
  const classes = new ClassNames(heap);
  const named = new NamedClasses(classes, maps);
  const pagesOfHeap = new Map<number, Page[]>();
  for (const page of heap.pages) {
    const pages = pagesOfHeap.get(page.heap);
    if (pages === undefined) pagesOfHeap.set(page.heap, [page]);
    else pages.push(page);
  }
  const kindsOf = (address: number, pages: readonly Page[]): IsolateKinds => {
    const tally = new Tally(heap, classes);
    const spaces = addSpaces(tally, pages);
    refuseUnsized(heap, tally);
    const kinds = isolateKinds(heap, named, address, tally, spaces);
    refuseTooMuch(kinds, pages);
    return { isolate: pages[0]?.isolate ?? -1, ...kinds };
  };
  const readOnly = kindsOf(0, pagesOfHeap.get(0) ?? []);
  pagesOfHeap.delete(0);
  return {
    isolates: Array.from(pagesOfHeap, ([address, pages]) => kindsOf(address, pages)).sort(
      (one, other) => one.isolate - other.isolate,
    ),
    readOnly,
  };
}

function addSpaces(tally: Tally, pages: readonly Page[]): SpaceTally[] {
  const bySpace = new Map<string, Page[]>();
  for (const page of pages) bySpace.set(page.space, [...(bySpace.get(page.space) ?? []), page]);
  return Array.from(bySpace, ([space, ofSpace]) => {
    const before = sums(tally);
    for (const page of ofSpace) tally.add(page);
    const after = sums(tally);
    const since = (name: keyof typeof before): number => after[name] - before[name];
    return {
      space,
      count: since('count'),
      sizeBytes: since('sizeBytes'),
      deadCount: since('deadCount'),
      deadBytes: since('deadBytes'),
      freeBytes: since('freeBytes'),
    };
  });
}

function sums(tally: Tally): Omit<SpaceTally, 'space'> {
  const { length } = tally;
  const sum = (column: Float64Array, end = length): number => {
    let total = 0;
    for (let at = 0; at < end; at++) total += column[at];
    return total;
  };
  const apart = [...tally.apart()];
  const shared = [...tally.copyOnWrite()];
  const extraCount = apart.reduce((total, { count }) => total + count, 0) + shared.length;
  const extraWords = [...apart, ...shared].reduce((total, { words }) => total + words, 0);
  return {
    count: sum(tally.count) + sum(tally.storeCount, 3 * length) + extraCount,
    sizeBytes: 8 * (sum(tally.words) + sum(tally.storeWords, 3 * length) + extraWords),
    deadCount: sum(tally.deadCount),
    deadBytes: 8 * sum(tally.deadWords),
    freeBytes: 8 * tally.freeWords,
  };
}

/** A type whose objects' sizes nothing tells, or that has no name, is one of another V8's. */
function refuseUnsized({ maps, layout }: HeapWords, { count, deadCount }: Tally): void {
  for (let map = 0; map < Math.min(maps.length, count.length); map++) {
    if (count[map] + deadCount[map] === 0) continue;
    const name = layout.typeNames.get(maps.type[map]);
    if (name !== undefined && maps.sizeKind[map] !== UNKNOWN_SIZE) continue;
    const type = name ?? `type ${maps.type[map]}`;
    throw new LayoutRefusal(
      `V8 ${layout.v8} has objects of ${type} here, of which the size is not known; take a snapshot instead`,
    );
  }
}

/** What objects lead to may have been given to others by then, of a heap that runs on: kinds have no more than their pages. */
function refuseTooMuch({ sizeBytes }: Pick<IsolateKinds, 'sizeBytes'>, pages: readonly Page[]): void {
  const mostBytes = pages.reduce((sum, { ranges }) => sum + rangesBytes(ranges), 0);
  if (sizeBytes <= mostBytes) return;
  throw new LayoutRefusal('its heap changed too much while it was read; read it again, or stop it for that');
}

function rangesBytes(ranges: Page['ranges']): number {
  return ranges.reduce((sum, [start, end]) => sum + end - start, 0);
}

function isolateKinds(
  heap: HeapWords,
  named: NamedClasses,
  address: number,
  tally: Tally,
  spaces: readonly SpaceTally[],
): Omit<IsolateKinds, 'isolate'> {
  const rows = new Map<string, { count: number; words: number }>();
  const add = (kind: string, count: number, words: number): void => {
    if (count === 0 && words === 0) return;
    const row = rows.get(kind);
    if (row === undefined) rows.set(kind, { count, words });
    else {
      row.count += count;
      row.words += words;
    }
  };
  const { length } = tally;
  const kinds = new KindsOfMaps(heap, named, length, tally);
  for (let map = 0; map < length; map++) {
    if (tally.count[map] > 0) add(kinds.of(map), tally.count[map], tally.words[map]);
    for (let store = 0; store < 3; store++) {
      const count = tally.storeCount[3 * map + store];
      if (count > 0) add(`${STORES[store]} of ${kinds.of(map)}`, count, tally.storeWords[3 * map + store]);
    }
  }
  for (const { name, as, count, words } of tally.apart()) {
    const text = as === 'kind' ? name : classTexts(name, new Map()).plain;
    add(typeof as === 'number' ? `${STORES[as]} of ${text}` : text, count, words);
  }
  for (const { owner, words } of tally.copyOnWrite()) {
    if (owner === NOBODY) add(WORD_OF_TYPE.code, 1, words);
    else add(owner < 0 ? SHARED_ARRAY : `elements of ${kinds.of(owner)}`, 1, words);
  }
  const sorted = Array.from(rows, ([kind, { count, words }]) => ({ kind, count, sizeBytes: words * 8 })).sort(
    (one, other) => other.sizeBytes - one.sizeBytes || (one.kind < other.kind ? -1 : 1),
  );
  return {
    heap: address,
    rows: sorted,
    outside: outsideRows(tally),
    count: sorted.reduce((total, { count }) => total + count, 0),
    sizeBytes: sorted.reduce((total, { sizeBytes }) => total + sizeBytes, 0),
    deadCount: spaces.reduce((total, { deadCount }) => total + deadCount, 0),
    deadBytes: spaces.reduce((total, { deadBytes }) => total + deadBytes, 0),
    tornBytes: tally.tornWords * 8,
    spaces,
  };
}

function outsideRows({ outside, outsideStringBytes }: Tally): KindRow[] {
  return [
    ...(outside.count === 0 ? [] : [{ kind: ARRAY_BUFFER_DATA, count: outside.count, sizeBytes: outside.bytes }]),
    ...(outsideStringBytes === 0 ? [] : [{ kind: WORD_OF_TYPE.string, count: 0, sizeBytes: outsideStringBytes }]),
  ];
}

/** The kind of the objects of each Map; classes of one name are distinguished by where they are written. */
class KindsOfMaps {
  readonly #heap: HeapWords;
  readonly #named: NamedClasses;
  readonly #classes: ClassNames;
  readonly #kindOfMap = new Map<number, string>();
  /** By class name: the constructors that have a place, by their SharedFunctionInfo. */
  readonly #places = new Map<string, Map<number, ScriptLocation>>();
  readonly #texts = new Map<string, ReturnType<typeof classTexts<number>>>();

  constructor(heap: HeapWords, named: NamedClasses, length: number, tally: Tally) {
    const { classes } = named;
    this.#heap = heap;
    this.#named = named;
    this.#classes = classes;
    const live = (map: number): boolean => tally.count[map] > 0 && this.#isClassed(map);
    named.read(Array.from({ length }, (_, map) => map).filter(live));
    const constructorsOfName = new Map<string, Set<number>>();
    for (let map = 0; map < length; map++) {
      if (tally.count[map] === 0 || !this.#isClassed(map)) continue;
      const { name, constructorInfo } = named.ofMap(map);
      if (constructorInfo < 0 || !classes.functions.hasScript(constructorInfo)) continue;
      const known = constructorsOfName.get(name);
      if (known === undefined) constructorsOfName.set(name, new Set([constructorInfo]));
      else known.add(constructorInfo);
    }
    for (const [name, constructors] of constructorsOfName) {
      const needsPlace = constructors.size > 1 || classTexts(name, new Map([[0, 'a']])).ofClass !== undefined;
      if (needsPlace) this.#places.set(name, this.#placesOf(constructors));
    }
  }

  of(map: number): string {
    let kind = this.#kindOfMap.get(map);
    if (kind === undefined) {
      kind = this.#read(map);
      this.#kindOfMap.set(map, kind);
    }
    return kind;
  }

  #isClassed(map: number): boolean {
    return this.#classes.isObject(map) && this.#classes.namedByClass(map);
  }

  #read(map: number): string {
    const { layout, maps } = this.#heap;
    if (!this.#classes.isObject(map)) return typeWord(layout, maps.type[map]);
    if (!this.#isClassed(map)) {
      return layout.typeNames.get(maps.type[map]) === 'JS_REG_EXP' ? WORD_OF_TYPE.regexp : WORD_OF_TYPE.closure;
    }
    const { name, constructorInfo } = this.#named.ofMap(map);
    let texts = this.#texts.get(name);
    if (texts === undefined) {
      texts = classTexts(name, locationNames(this.#places.get(name) ?? new Map<number, ScriptLocation>()));
      this.#texts.set(name, texts);
    }
    return texts.ofClass?.get(constructorInfo) ?? texts.plain;
  }

  #placesOf(constructors: Iterable<number>): Map<number, ScriptLocation> {
    const places = new Map<number, ScriptLocation>();
    for (const shared of constructors) {
      const place = this.#named.placeOf(shared);
      if (place !== undefined) places.set(shared, place);
    }
    return places;
  }
}
