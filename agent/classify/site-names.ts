import type { Columns } from '../heap/columns.ts';
import { ANONYMOUS_SCRIPT, scriptPath, shortNames } from './script-name.ts';
import { scriptUrls } from './scripts.ts';

/** Text of sites, `src/a.js:10`: line and column count from 1, as editors do. */
export class SiteNames {
  readonly #columns: Columns;
  readonly #urls: ReadonlyMap<number, string>;

  constructor(columns: Columns) {
    this.#columns = columns;
    this.#urls = scriptUrls(columns);
  }

  /**
   * A text for each site, such that those that stand in different places read differently: with the script's whole path
   * where two scripts' short ones are the same, with the column where two sites are on one line. Sites of one place
   * (a script that was loaded twice) read the same.
   */
  of(sites: Iterable<number>): Map<number, string> {
    const { siteScript, siteLine, siteColumn } = this.#columns;
    const all = [...sites];
    const pathOf = (site: number): string => scriptPath(this.#urls.get(siteScript[site]) ?? ANONYMOUS_SCRIPT);
    const names = shortNames(all.map(pathOf));
    const lineOf = (site: number): string => `${names.get(pathOf(site))}:${siteLine[site] + 1}`;
    const columnsOfLine = new Map<string, Set<number>>();
    for (const site of all) {
      const columns = columnsOfLine.get(lineOf(site));
      if (columns) columns.add(siteColumn[site]);
      else columnsOfLine.set(lineOf(site), new Set([siteColumn[site]]));
    }
    return new Map(
      all.map((site) => {
        const line = lineOf(site);
        return [site, columnsOfLine.get(line)?.size === 1 ? line : `${line}:${siteColumn[site] + 1}`];
      }),
    );
  }
}
