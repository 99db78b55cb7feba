/** The program of the thread that looks for what keeps an object of a snapshot file alive. */

import { serve } from '../threads/thread.ts';
import type { FileEvent } from './file-event.ts';
import { type FilePaths, filePaths, type PathJob } from './file-path.ts';

serve<PathJob, FileEvent, FilePaths>(filePaths);
