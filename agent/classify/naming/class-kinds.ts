/** The kind of an object node: its class, by the texts of class-texts.ts. */
import type { Columns } from '../../parse/columns.ts';
import { ClassSites } from './class-sites.ts';
import { classTexts } from './class-texts.ts';
import type { Kinds } from './kinds.ts';
import { SiteNames } from './site-names.ts';

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
    const { plain, ofClass } = classTexts(name, this.#placesOf(name));
    const kind = this.#kinds.of(plain);
    if (ofClass === undefined) return { kind };
    return { kind, kindOfSite: new Map(Array.from(ofClass, ([site, text]) => [site, this.#kinds.of(text)])) };
  }

  #placesOf(name: string): Map<number, string> {
    const sites = this.#sitesOfName.get(name);
    if (sites === undefined) return new Map();
    this.#siteNames ??= new SiteNames(this.#columns);
    return this.#siteNames.of(sites);
  }
}
