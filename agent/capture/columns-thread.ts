/** The program of the thread that takes a live snapshot whole: its columns go to its starter. */
import { buffersOf, packed } from '../parse/packed.ts';
import { ColumnsParser } from '../parse/parser.ts';
import { serve } from '../threads/thread.ts';
import { throttled } from '../threads/throttle.ts';
import type { ColumnsJob, LiveEvent } from './live-job.ts';
import { receiveSnapshot } from './receiver.ts';

serve(async (job: ColumnsJob, tell: (event: LiveEvent) => void, signal) => {
  const parser = new ColumnsParser();
  const tellSometimes = throttled(tell);
  let bytes = 0;
  tell({ phase: 'waiting' });
  const received = await receiveSnapshot({
    ...job,
    signal,
    onWalk: (doneNodes, totalNodes) => tellSometimes({ phase: 'walking', doneNodes, totalNodes }),
    onChunk(chunk) {
      parser.write(chunk);
      bytes += chunk.length;
      tellSometimes({ phase: 'receiving', bytes });
    },
  });
  const columns = packed(parser.end());
  tell({ phase: 'received', received });
  return columns;
}, buffersOf);
