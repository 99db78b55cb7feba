/**
 * Long listings a page at a time, as heapy's OutputHandling shows them: ten lines, then a line that says how to see more.
 * If just one line would be left it is shown instead of that. Lines are made as they are asked for, so that a listing may be
 * as good as endless.
 */
import { oneLine } from '../../protocol/printable.ts';

/** Lines to a page. */
const PAGE_LINES = 10;

export interface Listing {
  /** Stands above the first page. */
  readonly label?: string;
  /** Starts the lines from the first one. */
  lines(): Iterator<ListingLine>;
  /** The line below a page after which there are more; `next` is the index of the first of those. */
  moreLine(next: number): string;
  /** Text of a page past the last; default empty. */
  readonly atEnd?: string;
  readonly pageLines?: number;
}

/** A line, and whether a page may end after it. */
export interface ListingLine {
  readonly text: string;
  readonly stop: boolean;
}

/** A page of a listing; `String(page)` is its text. */
export interface Page {
  toString(): string;
  /** The page after this one. */
  readonly more: Page;
  /** The page before this one; of the first page, itself. */
  readonly prev: Page;
  /** The first page. */
  readonly top: Page;
  /** All lines, however many pages they fill. */
  readonly all: string;
}

/** The first page of `listing`. */
export function pages(listing: Listing): Page {
  return new ListingPage(new Lines(listing), undefined);
}

class ListingPage implements Page {
  readonly #lines: Lines;
  readonly #before: ListingPage | undefined;

  constructor(lines: Lines, before: ListingPage | undefined) {
    this.#lines = lines;
    this.#before = before;
  }

  get more(): Page {
    return new ListingPage(this.#lines, this);
  }

  get prev(): Page {
    return this.#before ?? this;
  }

  get top(): Page {
    return this.#before?.top ?? this;
  }

  get all(): string {
    const lines = [...this.#lines.from(0)];
    return withLabel(this.#lines.listing, lines).join('\n');
  }

  toString(): string {
    const { listing } = this.#lines;
    // the line below may say more once later pages have been seen, so the text is made anew
    const { lines, next, isLast } = this.#lines.page(this.#start());
    if (this.#before && lines.length === 0) return listing.atEnd ?? '';
    const below = isLast ? [] : [listing.moreLine(next)];
    return [...(this.#before ? lines : withLabel(listing, lines)), ...below].join('\n');
  }

  #start(): number {
    return this.#before ? this.#lines.page(this.#before.#start()).next : 0;
  }
}

function withLabel({ label }: Listing, lines: readonly string[]): string[] {
  return label === undefined ? [...lines] : [label, ...lines];
}

/** Names in it are a program's, and must not pass for lines. */
function lineText({ text }: ListingLine): string {
  return oneLine(text, Number.POSITIVE_INFINITY);
}

/** The lines of a listing as far as they have been made. */
class Lines {
  readonly listing: Listing;
  readonly #source: Iterator<ListingLine>;
  readonly #made: ListingLine[] = [];

  constructor(listing: Listing) {
    this.listing = listing;
    this.#source = listing.lines();
  }

  *from(start: number): Generator<string> {
    for (let i = start; this.#has(i); i++) yield lineText(this.#made[i]);
  }

  /** What fits on the page that starts at line `start`. */
  page(start: number): { lines: string[]; next: number; isLast: boolean } {
    const lines: string[] = [];
    let next = start;
    for (; this.#has(next); next++) {
      const full = lines.length >= (this.listing.pageLines ?? PAGE_LINES) && this.#made[next - 1].stop;
      if (full && this.#has(next + 1)) return { lines, next, isLast: false };
      lines.push(lineText(this.#made[next]));
    }
    return { lines, next, isLast: true };
  }

  #has(line: number): boolean {
    while (line >= this.#made.length) {
      const { done, value } = this.#source.next();
      if (done) return false;
      this.#made.push(value);
    }
    return true;
  }
}
