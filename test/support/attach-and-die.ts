/**
 * Attaches to a target and is killed, by itself: `opening` it, `attached` to it, while it is `blocked`, or `told` by
 * the end of its input.
 */
import { once } from 'node:events';
import { attach } from '../../agent/attach/agent.ts';

const [target = '', when] = process.argv.slice(2);
const kill = process.kill.bind(process);
// dies in the tick in which it has sent its signal
if (when === 'opening' || when === 'blocked') {
  process.kill = (pid, signal) => {
    kill(pid, signal);
    kill(process.pid, 'SIGKILL');
    return true;
  };
}
await attach(target);
if (when === 'told') {
  process.stdout.write('attached\n');
  await once(process.stdin.resume(), 'end');
}
kill(process.pid, 'SIGKILL');
