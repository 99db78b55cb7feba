/** Holds V8's pause before an out-of-memory of the target at argv[2], and is blocked from the moment it comes: a killed or busy owner. */
import { OomPause } from '../../agent/cdp/oom-pause.ts';

setInterval(() => {}, 60_000);
const pause = await OomPause.open(process.argv[2] as string, {
  onPaused() {
    process.stdout.write('paused\n', () => {
      for (;;);
    });
  },
  onReleased() {},
});
await pause.arm();
process.stdout.write('armed\n');
