/**
 * A snapshot file whose sections come in another order than they can be read in: the head comes last, or the strings come
 * before the nodes whose names they are. It is read twice, once for where the sections are, and then one after the other:
 *
 *     {"strings":[...],"nodes":[...],"edges":[...],"snapshot":{...}}
 *                                                  1 snapshot   2 nodes   3 edges   4 the others   5 strings
 */
import { SnapshotSyntaxError } from '../base/syntax-error.ts';
import { SnapshotDocument } from '../parse/document.ts';
import type { SectionReader } from '../parse/section.ts';
import type { SnapshotSink } from '../parse/sink.ts';
import { SkipReader } from '../parse/skip.ts';
import { NumbersSkipReader } from '../parse/skip-numbers.ts';
import type { RegularFile } from './file-reader.ts';

/** What there may be in front of, in this order; what is none of them may come anywhere. */
const FIRST: readonly string[] = ['snapshot', 'nodes', 'edges'];
const LAST = 'strings';

interface Section {
  readonly name: string;
  /** Of its value, in bytes of the file. */
  readonly from: number;
  to: number;
}

/**
 * What `read` gives; where it refuses the file, and the sections come in another order, what they give to a new sink in
 * theirs. @throws SnapshotSyntaxError, that of `read` where the order is not the matter
 */
export function inAnyOrder<T>(file: RegularFile, read: () => T, newSink: () => SnapshotSink<T>): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SnapshotSyntaxError)) throw error;
    const sections = sectionsOf(file);
    if (sections === null || isInOrder(sections)) throw error;
    const sink = newSink();
    feed(file, sections, sink);
    return sink.end();
  }
}

function rankOf(name: string): number {
  if (name === LAST) return FIRST.length + 1;
  return FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length;
}

function isInOrder(sections: readonly Section[]): boolean {
  return sections.every(({ name }, at) => at === 0 || rankOf(sections[at - 1]!.name) <= rankOf(name));
}

/** Null where the file is no object whole. */
function sectionsOf(file: RegularFile): Section[] | null {
  const sections: Section[] = [];
  const document = new SnapshotDocument((name, from) => {
    const section = { name, from, to: from };
    sections.push(section);
    const isNumbers = name === 'nodes' || name === 'edges';
    return noting(section, isNumbers ? new NumbersSkipReader(name) : new SkipReader(name));
  });
  try {
    file.readInto(document, () => undefined);
    document.end([]);
  } catch (error) {
    if (error instanceof SnapshotSyntaxError) return null;
    throw error;
  }
  return sections;
}

/** The reader, which notes where the section ends. */
function noting(section: Section, reader: SectionReader): SectionReader {
  return {
    get done() {
      return reader.done;
    },
    read(bytes, from, offset) {
      const stop = reader.read(bytes, from, offset);
      section.to = offset + stop;
      return stop;
    },
  };
}

function feed(file: RegularFile, sections: readonly Section[], sink: Pick<SnapshotSink<unknown>, 'write'>): void {
  const text = (part: string) => sink.write(new TextEncoder().encode(part));
  const ordered = [...sections].sort((a, b) => rankOf(a.name) - rankOf(b.name));
  for (const [at, { name, from, to }] of ordered.entries()) {
    text(`${at === 0 ? '{' : ','}${JSON.stringify(name)}:`);
    file.readInto(sink, () => undefined, from, to);
  }
  text('}');
}
