/** Prints what is known of the target behind a port: its pid here, and what it has left; to be run in other namespaces. */
import { attach } from '../../agent/attach/agent.ts';
import { localPid } from '../../agent/attach/local-process.ts';
import { quote } from '../../agent/probe/quote.ts';

await using agent = await attach(process.argv[2] ?? '', { timeoutMs: 30_000 });
const { headroom } = await quote(agent, { probe: 'snapshot', isolate: 'main' });
process.stdout.write(JSON.stringify({ pid: await localPid(agent), headroom }));
