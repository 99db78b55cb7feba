/**
 * `heapwatch gate` on servers under real load that leave some 100 bytes a request in five ways, that leave nothing, and that leave
 * just what they may:
 *
 *     node dist/scripts/gates.js [clean] [leaking] [undecided] [--runs 10] [--from 1] [--requests 300] [--curl]
 *
 * `--runs` are of each way; `--curl` has curl make the requests, one after the other, which starts faster than a Node. A line a run; exit code 1 where a verdict is wrong. The gate is at 50 B a request and 99 %.
 */

import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type GateQuestion, runGate } from '../collector/gate/gate.ts';
import type { GateReport } from '../collector/gate/report.ts';
import type { Io } from '../collector/terminal/io.ts';
import { freePort } from '../test/support/free-port.ts';

const WAYS = ['records', 'texts', 'map', 'listeners', 'sets'];
const MAX_BYTES = 50;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '10' },
    from: { type: 'string', default: '1' },
    requests: { type: 'string', default: '300' },
    curl: { type: 'boolean', default: false },
  },
});

const io: Io = {
  signal: new AbortController().signal,
  onInterrupt: () => () => {},
  onHangup: () => () => {},
  leaveInterrupts: async (work) => work(),
  print: () => {},
  printed: async () => {},
  say: () => {},
  progress: () => {},
  ask: async () => false,
};

const fixture = (name: string) => fileURLToPath(new URL(`../../test/fixtures/${name}`, import.meta.url));

async function gate(way: string, leak: number, maxBytes: number, noise = 20): Promise<GateReport> {
  const port = await freePort();
  Object.assign(process.env, { PORT: String(port), MODE: way, LEAK: String(leak), NOISE: String(noise) });
  const question: GateQuestion = {
    command: [process.execPath, fixture('gate-server.mjs')],
    load: values.curl
      ? `curl --silent --output /dev/null 'http://127.0.0.1:${port}/[1-${values.requests}]'`
      : `"${process.execPath}" "${fixture('gate-load.mjs')}" ${port} ${values.requests}`,
    ...{ rounds: 8, warmUp: 2, maxBytes, confidence: 0.99, settleMs: 100, readyMs: 60_000 },
  };
  return await runGate(question, io);
}

/** What of a report is wrong is at the end of its line. */
function told(
  what: string,
  way: string,
  { state, judged, requests, tookMs, moreRounds }: GateReport,
  isRight: boolean,
) {
  const bytes = [judged.estimate, judged.lower, judged.upper].map((each) => each.toFixed(1));
  const more = moreRounds === undefined ? '' : `, ${moreRounds} more rounds`;
  const took = `${requests} requests, ${(tookMs / 1e3).toFixed(1)} s`;
  process.stdout.write(
    `${what} ${way}: ${state}, ${bytes[0]} B (${bytes[1]} to ${bytes[2]})${more}, ${took}${isRight ? '' : ' WRONG'}\n`,
  );
  if (!isRight) process.exitCode = 1;
}

const tasks: Readonly<Record<string, (way: string) => Promise<void>>> = {
  // undecided is no alarm: it says that it does not know yet
  clean: async (way) => {
    const report = await gate(way, 0, MAX_BYTES);
    told('clean', way, report, report.state !== 'above');
  },
  leaking: async (way) => {
    const report = await gate(way, 100, MAX_BYTES);
    told('leaking', way, report, report.state === 'above' && report.requests <= 10_000);
  },
  // the limit is what it leaves, as a run without noise has found
  undecided: async (way) => {
    const report = await gate(way, 100, Math.round((await gate(way, 100, MAX_BYTES, 0)).bytes.estimate));
    told('undecided', way, report, report.state === 'undecided');
  },
};

const [from, runs] = [Number(values.from), Number(values.runs)];
for (const what of positionals.length === 0 ? Object.keys(tasks) : positionals) {
  for (let run = from; run < from + runs; run++) for (const way of WAYS) await tasks[what]!(way);
}
