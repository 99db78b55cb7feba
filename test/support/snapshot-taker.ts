/** A process that takes a snapshot: `snapshot-taker INSPECTOR OUTPUT ISOLATE`. It says "begun" when the target has begun. */
import { attach } from '../../agent/attach/agent.ts';
import { snapshot } from '../../agent/probe/snapshot.ts';

const [inspector = '', output = '', isolate = 'main'] = process.argv.slice(2);
await using agent = await attach(inspector);
await snapshot(agent, {
  target: 'api',
  isolate,
  by: ['kind'],
  output,
  onProgress: ({ phase }) => {
    if (phase !== 'waiting') process.stdout.write('begun\n');
  },
});
process.stdout.write('done\n');
