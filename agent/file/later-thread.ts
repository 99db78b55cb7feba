/** The program of the thread that reads a snapshot file from an edge in its middle on (columns-by-two.ts). */
import type { EdgeArrays } from '../parse/edge-columns.ts';
import { countEdgesFrom } from '../parse/edge-start.ts';
import { headerOf } from '../parse/file-header.ts';
import { buffersOfLater, type LaterSections, LaterSectionsParser } from '../parse/later-sections.ts';
import { serve } from '../threads/thread.ts';
import { RegularFile } from './file-reader.ts';

export interface LaterJob {
  readonly path: string;
  /** Where an edge seems to begin. */
  readonly offset: number;
  /** In shared memory, for all edges that the file's header speaks of. */
  readonly arrays: EdgeArrays;
  readonly locations: boolean;
  readonly shortestString: number;
}

/** Null where no whole edges stand there. */
serve<LaterJob, never, LaterSections | null>(
  async ({ path, offset, arrays, locations, shortestString }) => {
    using file = new RegularFile(path);
    const header = headerOf(file.readAt, new Uint8Array(1 << 16));
    const count = header ? countEdgesFrom(offset, file.readAt, header) : -1;
    if (!header || count < 0 || count > header.edgeCount) return null;
    const first = header.edgeCount - count;
    const parser = new LaterSectionsParser(header, { first, offset, arrays, locations, shortestString });
    file.readInto(parser, () => undefined, offset);
    return parser.end();
  },
  (sections) => (sections ? buffersOfLater(sections) : []),
);
