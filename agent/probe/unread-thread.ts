/** The program of the thread that reads what a target sent, where that is long. */
import { serve } from '../threads/thread.ts';
import { read, type UnreadJob } from './unread-job.ts';

serve<UnreadJob, never>(async (job) => read(job));
