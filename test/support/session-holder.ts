/**
 * A process whose sessions have a standby: `session-holder INSPECTOR sampling ISOLATE` samples and says "sampled";
 * `session-holder INSPECTOR question` asks for what is not answered, and closes its session at a line on stdin.
 */
import { once } from 'node:events';
import { attach } from '../../agent/attach/agent.ts';
import { standBySessions } from '../../agent/cdp/session-standby.ts';
import { startSampling } from '../../agent/probe/sampling.ts';

const [inspector = '', what, isolate = 'main'] = process.argv.slice(2);
using _standby = await standBySessions();
const agent = await attach(inspector);
if (what === 'sampling') {
  await startSampling(agent, isolate);
  process.stdout.write('sampled\n');
  await once(process.stdin, 'data');
} else {
  agent.session.send('HeapProfiler.getSamplingProfile').catch(() => {}); // its session ends before the answer
  await once(process.stdin, 'data');
  await agent.close();
  process.stdin.destroy();
  process.stdout.write('closed\n');
}
