/** The program of the thread that reads a snapshot file. */
import { type FileEvent, type FileJob, fileRows } from './file-rows.ts';
import { serve } from './thread.ts';

serve<FileJob, FileEvent>(fileRows);
