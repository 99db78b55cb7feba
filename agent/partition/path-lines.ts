/** Shortest paths as heapy prints them, ten to a page. */
import { type ListingLine, type Page, pages } from './pager.ts';
import type { NodePath, ShortestPaths } from './paths.ts';

/** The listing of `paths`; `describe` gives a path's text, from its source on. */
export function pathPages(paths: ShortestPaths, describe: (path: NodePath) => string, pageLines = 10): Page {
  return pages({
    *lines(): Generator<ListingLine> {
      for (const path of paths) yield { text: `${String(path.index).padStart(2)}: ${describe(path)}`, stop: true };
    },
    moreLine: (next) => `<... ${paths.numpaths - BigInt(next)} more paths ...>`,
    atEnd: '<No more paths>',
    pageLines,
  });
}
