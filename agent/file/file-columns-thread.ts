/** The program of the thread that reads a snapshot file whole: its columns go to its starter. */
import { buffersOf, packed } from '../parse/packed.ts';
import { serve } from '../threads/thread.ts';
import { fileColumns } from './file-columns.ts';
import type { FileEvent } from './file-event.ts';

serve(
  async ({ path }: { path: string }, tell: (event: FileEvent) => void) => {
    const { columns, modifiedAtMs } = await fileColumns(path, tell);
    return { columns: packed(columns), modifiedAtMs };
  },
  ({ columns }) => buffersOf(columns),
);
