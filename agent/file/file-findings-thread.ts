/** The program of the thread that looks for findings in a snapshot file, or reads the rows of an earlier one. */
import { serve } from '../threads/thread.ts';
import type { FileEvent } from './file-event.ts';
import {
  type EarlierFile,
  type EarlierJob,
  earlierFile,
  type FileFindings,
  type FindingsJob,
  fileFindings,
} from './file-findings.ts';

serve<FindingsJob | EarlierJob, FileEvent, FileFindings | EarlierFile>((job, tell) =>
  'earlier' in job ? fileFindings(job, tell) : earlierFile(job, tell),
);
