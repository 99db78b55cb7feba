/**
 * `npm run bench`: what reading heaps costs, beside the others who can, and which goals are met.
 *
 *     npm run bench                    files of 20 and 300 MB, made by itself
 *     npm run bench -- --large         also 1,200 MB (makes it first: some 2 minutes, 7 GB of memory)
 *     npm run bench -- --only 300      one size
 *     npm run bench -- --runs 3        at most so many runs of each (5); slow ones are run less
 *     npm run bench -- --graph         dominators, paths, patterns, classifiers and differences, in place of reading
 *     npm run bench -- --graph --against devtools   beside some of the others only: devtools, memlab, v8-heap-parser
 *     npm run bench -- --live          live targets, the ladder of probes, and a fleet of 50, in place of files
 *     npm run bench -- --graph --against devtools   beside some of the others only: devtools, memlab, v8-heap-parser
 *     npm run bench -- --live --only ladder        one of throughput, ladder, fleet
 *     npm run bench -- --crowd         10, 50 and 200 targets with as many clients on one collector, in place of files
 *     npm run bench -- --dashboard     a wall of 10,000 kinds in Chromium, in place of files
 *     npm run bench -- --store         what storing samples and asking for history costs, in place of files
 */
import { parseArgs } from 'node:util';
import type { NodeMajor } from '../../test/support/node-versions.ts';
import { CONTENDERS } from './contenders.ts';
import { benchCrowd, type CrowdResult } from './crowd.ts';
import { crowdGoals, crowdTable } from './crowd-report.ts';
import { benchDashboard } from './dashboard.ts';
import { dashboardGoals, dashboardTable } from './dashboard-report.ts';
import { type Megabytes, snapshotFile } from './files.ts';
import { benchFleet } from './fleet.ts';
import { fleetGoals, fleetTable } from './fleet-report.ts';
import { type Goal, goalsFor } from './goals.ts';
import { benchGraph, type GraphResult, installGraph } from './graph-bench.ts';
import { graphGoals, graphTables, growthTable } from './graph-report.ts';
import { benchLadder, type Shape } from './ladder.ts';
import { ladderGoals, ladderTable } from './ladder-report.ts';
import { benchLive, type LiveResult } from './live.ts';
import { liveGoals, liveTable } from './live-report.ts';
import { measure } from './measure.ts';
import { fileTable, goalTable } from './report.ts';
import { benchStore } from './store.ts';
import { storeGoals, storeTable } from './store-report.ts';

const FLEET_FILE: Megabytes = 300;
const CROWDS = [10, 50, 200];

const { values: options } = parseArgs({
  options: {
    against: { type: 'string', default: 'devtools,memlab,v8-heap-parser' },
    crowd: { type: 'boolean', default: false },
    dashboard: { type: 'boolean', default: false },
    graph: { type: 'boolean', default: false },
    large: { type: 'boolean', default: false },
    live: { type: 'boolean', default: false },
    only: { type: 'string' },
    runs: { type: 'string', default: '5' },
    store: { type: 'boolean', default: false },
  },
});

if (options.live) {
  await live();
} else if (options.crowd) {
  await crowd();
} else if (options.dashboard) {
  const costs = await benchDashboard([100, 10_000]);
  show(dashboardTable(costs), dashboardGoals(costs));
} else if (options.store) {
  const result = await benchStore();
  show(storeTable(result), storeGoals(result));
} else if (options.graph) {
  await graph();
} else {
  await files();
}

async function files(): Promise<void> {
  for (const contender of CONTENDERS) await contender.install?.();
  for (const size of sizes()) await readers(size);
}

function sizes(): Megabytes[] {
  const all: Megabytes[] = options.large ? [20, 300, 1200] : [20, 300];
  const only = Number(options.only);
  return all.filter((megabytes) => !only || only === megabytes);
}

async function graph(): Promise<void> {
  const others = options.against.split(',').filter((name) => name !== '');
  await installGraph(others);
  const results: GraphResult[] = [];
  for (const size of sizes()) {
    const result = await benchGraph(size, { runs: Number(options.runs), others, progress });
    results.push(result);
    show(graphTables(result), graphGoals(result));
  }
  const { text, goals } = growthTable(results);
  show(text, goals);
}

async function readers(size: Megabytes): Promise<void> {
  progress(`making the ${size} MB snapshot, unless it is there`);
  const file = await snapshotFile(size);
  const results = await measure(CONTENDERS, file, Number(options.runs), (title) => progress(`${size} MB: ${title}`));
  show(fileTable(file, results), goalsFor(file, results));
}

async function live(): Promise<void> {
  const parts = { throughput: liveTargets, ladder, fleet };
  for (const [name, part] of Object.entries(parts)) if (!options.only || options.only === name) await part();
}

/** The running Node's major, and those after it that are tried. */
function majors(): Set<NodeMajor> {
  return new Set([Number(process.versions.node.split('.')[0]) as NodeMajor, 24, 26]);
}

async function liveTargets(): Promise<void> {
  const results: LiveResult[] = [];
  for (const major of majors()) {
    progress(`live target, Node ${major}`);
    results.push(await benchLive(major));
  }
  show(liveTable(results), liveGoals(results));
}

async function ladder(): Promise<void> {
  for (const major of majors()) {
    for (const shape of ['mixed', 'tiny'] satisfies Shape[]) {
      progress(`the ladder on Node ${major}, ${shape}`);
      const result = await benchLadder(major, shape);
      show(ladderTable(result), ladderGoals(result));
    }
  }
}

async function crowd(): Promise<void> {
  const results: CrowdResult[] = [];
  for (const size of CROWDS.filter((size) => !options.only || size === Number(options.only))) {
    progress(`${size} targets and ${size} clients on one collector`);
    results.push(await benchCrowd(size));
  }
  show(crowdTable(results), crowdGoals(results));
}

async function fleet(): Promise<void> {
  progress('50 targets on one collector');
  const result = await benchFleet(await snapshotFile(FLEET_FILE));
  show(fleetTable(result), fleetGoals(result));
}

function show(figures: string, goals: readonly Goal[]): void {
  progress('');
  process.stdout.write(`${figures}\n${goalTable(goals)}\n\n`);
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
