/** The program of the thread that reads a snapshot file whole: its columns go to whoever started it. */
import { buffersOf, packed } from '../heap/packed.ts';
import { fileColumns } from './file-columns.ts';
import type { FileEvent } from './file-rows.ts';
import { serve } from './thread.ts';

serve(
  async ({ path }: { path: string }, tell: (event: FileEvent) => void) => {
    const { columns, modifiedAtMs } = await fileColumns(path, tell);
    return { columns: packed(columns), modifiedAtMs };
  },
  ({ columns }) => buffersOf(columns),
);
