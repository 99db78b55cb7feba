/** The program of the thread that reads a snapshot file from an edge in its middle on (columns-by-two.ts). */
import { headerOf } from '../heap/file-header.ts';
import { buffersOfLater, type LaterOptions, type LaterSections, LaterSectionsParser } from '../heap/later-sections.ts';
import { SnapshotSyntaxError } from '../heap/syntax-error.ts';
import { RegularFile } from './file-reader.ts';
import { serve } from './thread.ts';

export interface LaterJob extends LaterOptions {
  readonly path: string;
}

serve<LaterJob, never, LaterSections>(async ({ path, ...options }) => {
  using file = new RegularFile(path);
  const header = headerOf(file.readAt, new Uint8Array(1 << 16));
  if (!header) throw new SnapshotSyntaxError('it ends before its head does', 0);
  const parser = new LaterSectionsParser(header, options);
  file.readInto(parser, () => undefined, options.offset);
  return parser.end();
}, buffersOfLater);
