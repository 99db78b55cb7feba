/**
 * The Node processes of this machine: those with an open inspector, and those whose inspector could be opened.
 *
 *     /proc ──────> Node processes ──> their listening ports ──┐
 *     port range ──> who listens there (containers, tunnels) ──┴──> /json/list, /json/version: who are you?
 *
 * Nothing is signalled and nothing attached to: a session that ends makes V8 forget the object ids of its isolate (on 18 to 26,
 * whatever it asked), and with them the checkpoints of everybody else. How much heap there is no inspector tells without one;
 * who wants to know it has a short attach to each that nobody else is connected to.
 */
import type { MemoryVerdict } from '../../protocol/memory.ts';
import { AnswerError, AttachError, DetachedError } from '../base/errors.ts';
import { outsideText, TEXT_LENGTHS } from '../base/outside-text.ts';
import { endpointAt, nodeVersionAt } from '../cdp/endpoint.ts';
import { ProcessMemory } from '../memory/process-memory.ts';
import { isNodeName } from '../process/executable.ts';
import { obstacle } from '../process/obstacle.ts';
import { addressOf, inspectorOf } from '../process/open.ts';
import {
  commandOf,
  type LocalProcess,
  ProcessError,
  parentPidOf,
  processIds,
  readProcess,
  socketInodes,
} from '../process/process.ts';
import { strangersOn, tcpTable } from '../process/tcp-table.ts';

/** One process, or one inspector whose process is out of sight. */
export interface DiscoveredProcess {
  /** `open`: attach to `address`. `openable`: attach to `pid:N`. `closed`: not without what `reason` says. */
  readonly state: 'open' | 'openable' | 'closed';
  /** `127.0.0.1:9229` of an open inspector. */
  readonly address?: string;
  /** Absent where the process is out of sight, as are `uptimeMs` and `rssBytes`. */
  readonly pid?: number;
  /** `v20.20.2`; known of an open inspector only. */
  readonly nodeVersion?: string;
  /** The command line, or the title that the program gave itself; of a process out of sight its script. */
  readonly title?: string;
  readonly uptimeMs?: number;
  readonly rssBytes?: number;
  /** Of an open inspector that was attached to for it. */
  readonly heapUsedBytes?: number;
  /** What stands out in its memory, where that was asked for and may be read. */
  readonly memory?: MemoryVerdict;
  /** Its heap can be walked from outside, by `pid:N`, whatever its inspector. */
  readonly walk?: true;
  /** The Node process that started it, itself or by a shell, where that is one of those found. */
  readonly parentPid?: number;
  /** It only starts others (`npm run`, `npx`, `tsx`, `nodemon`): the program is among its children. */
  readonly wrapper?: true;
  /** Why it cannot be attached to, or, of an open one, why it does not tell more. */
  readonly reason?: string;
}

export interface DiscoverOptions {
  /** First and last port of this machine that are asked beside those of its processes. */
  ports?: readonly [number, number];
  /** Only these processes; default: all of this machine. */
  pids?: readonly number[];
  /** Attach for a moment, where nobody else is connected, to tell the heap too; a process out of sight then tells its pid. */
  heap?: boolean;
  /** Take the memory of each of this machine apart, one after the other, from outside. */
  memory?: boolean;
  signal?: AbortSignal;
}

/** How long a port, and then an inspector, has for its answer. */
const ASK_MS = 1_000;

/** Open inspectors first, then the processes that could be opened, then the others; each by pid. Where there is no /proc, only the port range is looked at. */
export async function discover({
  ports,
  pids,
  heap = false,
  memory = false,
  signal,
}: DiscoverOptions = {}): Promise<DiscoveredProcess[]> {
  const options = { timeoutMs: ASK_MS, heap, ...(signal && { signal }) };
  const processes = await nodeProcesses(pids);
  const near = withParents(await Promise.all(processes.map((found) => ofProcess(found, options))));
  const known = new Set(near.flatMap(({ address }) => (address === undefined ? [] : [address])));
  const rest = portsOf(ports).filter((port) => !known.has(`127.0.0.1:${port}`));
  const far = await Promise.all(rest.map((port) => ofPort(port, options)));
  signal?.throwIfAborted();
  const shown = memory ? await withMemory(near, signal) : near;
  return [...shown, ...far.filter((found) => found !== null)].sort(byStateThenPlace);
}

/** Of more processes than this the others are listed without. */
const MOST_TAKEN_APART = 64;
/** A larger heap is not walked for one line. */
const MOST_HEAP_BYTES = 64 * 2 ** 20;

/** One after the other, since each is a copy of a heap here. */
async function withMemory(
  all: readonly DiscoveredProcess[],
  signal: AbortSignal | undefined,
): Promise<DiscoveredProcess[]> {
  const { rss } = await import('./rss.ts');
  const found: DiscoveredProcess[] = [];
  for (const [at, each] of all.entries()) {
    signal?.throwIfAborted();
    const isTold = at < MOST_TAKEN_APART && each.walk && each.pid !== undefined;
    found.push(isTold ? { ...each, ...(await verdictOf(rss, each.pid, signal)) } : each);
  }
  return found;
}

async function verdictOf(
  rss: typeof import('./rss.ts').rss,
  pid: number,
  signal: AbortSignal | undefined,
): Promise<{ memory?: MemoryVerdict }> {
  try {
    const options = { target: `pid:${pid}`, mostHeapBytes: MOST_HEAP_BYTES, ...(signal && { signal }) };
    return { memory: (await rss({ pid }, options)).verdict };
  } catch (error) {
    if (error instanceof AttachError || error instanceof DetachedError) return {}; // may not be read, or has ended
    throw error;
  }
}

/** Tells of each whose child it is, and which ones only start others. */
function withParents(all: readonly DiscoveredProcess[]): DiscoveredProcess[] {
  const pids = new Set(all.map(({ pid }) => pid));
  const parents = new Map(all.map(({ pid }) => [pid, pid === undefined ? undefined : ancestorAmong(pids, pid)]));
  const starters = new Set(parents.values());
  return all.map((found) => {
    const parentPid = parents.get(found.pid);
    const isWrapper = starters.has(found.pid) && isWrapperTitle(found.title ?? '');
    return { ...found, ...(parentPid !== undefined && { parentPid }), ...(isWrapper && { wrapper: true }) };
  });
}

/** Shells and the like stand between a wrapper and its program. */
function ancestorAmong(pids: ReadonlySet<number | undefined>, pid: number): number | undefined {
  const seen = new Set<number>();
  for (let next = parentPidOf(pid); next !== undefined && next > 1 && !seen.has(next); next = parentPidOf(next)) {
    if (pids.has(next)) return next;
    seen.add(next);
  }
  return undefined;
}

/** The programs that run programs, by their title (`npm run start`) or their script (`node …/.bin/tsx app.ts`). */
const WRAPPERS =
  /^(?:npm|npx|yarn|yarnpkg|pnpm|pnpx|corepack|tsx|nodemon|ts-node-dev|tsnd|concurrently|turbo|nx|lerna|cross-env|env-cmd|dotenv|forever|wireit)(?:-cli)?(?:\.[cm]?js)?$/;

function isWrapperTitle(title: string): boolean {
  const [first = '', ...words] = title.split(' ');
  const script = words.find((word) => !word.startsWith('-')) ?? '';
  const isOwnPackage = /\/node_modules\/(?:tsx|nodemon|concurrently|cross-env)\//.test(script);
  return isOwnPackage || [first, script].some((word) => WRAPPERS.test(word.split('/').at(-1) ?? ''));
}

interface AskOptions {
  timeoutMs: number;
  heap: boolean;
  signal?: AbortSignal;
}

/** A Node process of this machine, or what is left of one that may not be read. */
type Candidate = LocalProcess | { readonly pid: number; readonly command: readonly string[]; readonly reason: string };

async function nodeProcesses(pids: readonly number[] | undefined): Promise<Candidate[]> {
  if (process.platform !== 'linux') return [];
  const others = (pids ?? (await processIds())).filter((pid) => pid !== process.pid);
  const found = await Promise.all(others.map(candidate));
  return found.filter((each) => each !== null);
}

async function candidate(pid: number): Promise<Candidate | null> {
  try {
    const found = await readProcess(pid);
    return found.isNode ? found : null;
  } catch (error) {
    if (!(error instanceof ProcessError)) throw error;
    const command = await commandOf(pid);
    const name = command[0]?.split('/').at(-1) ?? '';
    return isNodeName(name) ? { pid, command, reason: error.message } : null;
  }
}

async function ofProcess(found: Candidate, options: AskOptions): Promise<DiscoveredProcess> {
  const named = { pid: found.pid, title: outsideText(found.command.join(' '), TEXT_LENGTHS.command) };
  if ('reason' in found) return { state: 'closed', ...named, reason: found.reason };
  const uptimeMs = Math.max(0, Date.now() - found.startedAtMs);
  const seen = { ...named, uptimeMs, rssBytes: found.rssBytes, ...(isReadable(found.pid) && { walk: true as const }) };
  try {
    const open = await inspectorOf(found, options);
    // a title that the program gave itself is in the command line too
    if (open) return { ...(await ask(open.url, options)), ...seen };
    const reason = await obstacle(found);
    return { state: reason === null ? 'openable' : 'closed', ...seen, ...(reason !== null && { reason }) };
  } catch (error) {
    if (!(error instanceof ProcessError)) throw error;
    return { state: 'closed', ...seen, reason: error.message };
  }
}

/** Its memory may be read, and it is a Node's; whether its V8 is known is not looked at: that takes a tenth of a second. */
function isReadable(pid: number): boolean {
  try {
    ProcessMemory.open(pid).close();
    return true;
  } catch (error) {
    if (error instanceof AttachError) return false;
    throw error;
  }
}

async function ofPort(port: number, options: AskOptions): Promise<DiscoveredProcess | null> {
  try {
    const { url, title = '' } = await endpointAt('127.0.0.1', port, options);
    return { title, ...(await ask(url, options)) };
  } catch (error) {
    if (error instanceof AttachError) return null; // nobody listens, or no inspector
    throw error;
  }
}

/** What an inspector may do to who asks it. */
const EXPECTED = [AttachError, DetachedError, AnswerError, DOMException];

async function ask(url: string, options: AskOptions): Promise<DiscoveredProcess> {
  const address = addressOf(url);
  try {
    if (!options.heap) return { state: 'open', address, nodeVersion: await nodeVersionAt(url, options) };
    if (!(await isShared(url))) return { state: 'open', address, ...(await visit(url, options)) };
    const nodeVersion = await nodeVersionAt(url, options);
    return { state: 'open', address, nodeVersion, reason: 'another client is attached, so its heap was not read' };
  } catch (error) {
    // one that answers rubbish is reported beside the others
    if (!EXPECTED.some((known) => error instanceof known)) throw error;
    return { state: 'open', address, reason: (error as Error).message };
  }
}

/** Whether another client is connected to an inspector, as far as this machine knows. */
async function isShared(url: string): Promise<boolean> {
  const [rows, ours] = await Promise.all([tcpTable(), socketInodes('self')]);
  return strangersOn(Number(new URL(url).port), rows, ours) > 0;
}

/** Attaches for a moment. What that takes is loaded then: half of the start of `ls`. */
async function visit(url: string, options: AskOptions): Promise<Partial<DiscoveredProcess>> {
  const [{ attach }, { gauges }] = await Promise.all([import('../attach/agent.ts'), import('./usage.ts')]);
  await using agent = await attach(url, options);
  const { pid, nodeVersion, title, startedAtMs } = agent.identity;
  const { heapUsedBytes } = await gauges(agent.session, options);
  return { pid, nodeVersion, title, uptimeMs: Math.max(0, Date.now() - startedAtMs), heapUsedBytes };
}

function portsOf(range: readonly [number, number] | undefined): number[] {
  if (!range) return [];
  const [first, last] = range;
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
}

function byStateThenPlace(a: DiscoveredProcess, b: DiscoveredProcess): number {
  return STATES.indexOf(a.state) - STATES.indexOf(b.state) || (a.pid ?? 0) - (b.pid ?? 0);
}

const STATES: readonly DiscoveredProcess['state'][] = ['open', 'openable', 'closed'];
