/**
 * The kind of an object: the name of its class, and the place where the class is written if the name does not tell.
 *
 *     Session                   the only class of that name
 *     Session (src/a.js:10)     one of several; those of which no place is known stay under the plain name
 *     context (src/a.js:10)     a class that could be taken for another kind: always by its place,
 *     context (class)           and like this where that is not known
 */
import type { Columns } from '../heap/columns.ts';
import { ClassSites } from './class-sites.ts';
import type { Kinds } from './kinds.ts';
import { SiteNames } from './site-names.ts';
import { CONTEXT, className, isContextName, isWord } from './words.ts';

/** All objects that bear one name. */
interface Namesakes {
  /** The kind of all, or of those that `kindOfSite` does not have. */
  readonly kind: number;
  readonly kindOfSite?: ReadonlyMap<number, number>;
}

export class ClassKinds {
  readonly #columns: Columns;
  readonly #kinds: Kinds;
  readonly #sites: ClassSites;
  readonly #sitesOfName: ReadonlyMap<string, ReadonlySet<number>>;
  readonly #namesakes = new Map<number, Namesakes>();
  #siteNames: SiteNames | undefined;

  constructor(columns: Columns, kinds: Kinds) {
    this.#columns = columns;
    this.#kinds = kinds;
    this.#sites = new ClassSites(columns);
    this.#sitesOfName = this.#sites.byName();
  }

  /** The kind of an object node; cheapest when nodes are asked for in ascending order. */
  of(node: number): number {
    const name = this.#columns.nodeName[node];
    let namesakes = this.#namesakes.get(name);
    if (namesakes === undefined) {
      namesakes = this.#named(this.#columns.strings.get(name));
      this.#namesakes.set(name, namesakes);
    }
    if (namesakes.kindOfSite === undefined) return namesakes.kind;
    return namesakes.kindOfSite.get(this.#sites.of(node)) ?? namesakes.kind;
  }

  #named(name: string): Namesakes {
    if (isContextName(name)) return { kind: this.#kinds.of(CONTEXT) };
    const text = className(name) || '(anonymous)';
    const places = this.#placesOf(name);
    const taken = isWord(text);
    if (!taken && new Set(places.values()).size < 2) return { kind: this.#kinds.of(text) };
    return {
      kind: this.#kinds.of(taken ? `${text} (class)` : text),
      kindOfSite: new Map(Array.from(places, ([site, place]) => [site, this.#kinds.of(`${text} (${place})`)])),
    };
  }

  #placesOf(name: string): Map<number, string> {
    const sites = this.#sitesOfName.get(name);
    if (sites === undefined) return new Map();
    this.#siteNames ??= new SiteNames(this.#columns);
    return this.#siteNames.of(sites);
  }
}
