/** Attaches to a target and is killed, by itself: `opening` it, `attached` to it, or while it is `blocked`. */
import { attach } from '../../agent/attach/agent.ts';

const [target = '', when] = process.argv.slice(2);
const kill = process.kill.bind(process);
// dies in the tick in which it has sent its signal
if (when !== 'attached') {
  process.kill = (pid, signal) => {
    kill(pid, signal);
    kill(process.pid, 'SIGKILL');
    return true;
  };
}
await attach(target);
kill(process.pid, 'SIGKILL');
