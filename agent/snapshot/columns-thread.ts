/** The program of the thread that takes a live snapshot whole: its columns go to whoever started it. */
import { buffersOf, packed } from '../heap/packed.ts';
import { ColumnsParser } from '../heap/parser.ts';
import type { ColumnsJob, LiveEvent } from './live-job.ts';
import { receiveSnapshot } from './receiver.ts';
import { serve } from './thread.ts';
import { throttled } from './throttle.ts';

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
