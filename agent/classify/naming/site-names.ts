import type { Columns } from '../../parse/columns.ts';
import { locationNames, type ScriptLocation } from './location-names.ts';
import { ANONYMOUS_SCRIPT, scriptPath } from './script-name.ts';
import { scriptUrls } from './scripts.ts';

/** Text of sites, `src/a.js:10`: line and column count from 1, as editors do. */
export class SiteNames {
  readonly #columns: Columns;
  readonly #urls: ReadonlyMap<number, string>;

  constructor(columns: Columns) {
    this.#columns = columns;
    this.#urls = scriptUrls(columns);
  }

  /** A text for each site. Sites of one place (a script that was loaded twice) read the same. */
  of(sites: Iterable<number>): Map<number, string> {
    const { siteScript, siteLine, siteColumn } = this.#columns;
    const placeOf = (site: number): ScriptLocation => ({
      path: scriptPath(this.#urls.get(siteScript[site]) ?? ANONYMOUS_SCRIPT),
      line: siteLine[site],
      column: siteColumn[site],
    });
    return locationNames(new Map(Array.from(sites, (site) => [site, placeOf(site)])));
  }
}
