/** The program of the thread that reads a snapshot file. */

import { serve } from '../threads/thread.ts';
import type { FileEvent } from './file-event.ts';
import { type FileJob, fileRows } from './file-rows.ts';

serve<FileJob, FileEvent>(fileRows);
