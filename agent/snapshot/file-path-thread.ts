/** The program of the thread that looks for what keeps an object of a snapshot file alive. */
import { type FilePaths, filePaths, type PathJob } from './file-path.ts';
import type { FileEvent } from './file-rows.ts';
import { serve } from './thread.ts';

serve<PathJob, FileEvent, FilePaths>(filePaths);
