/**
 * Which functions allocate what a step leaves behind: V8's sampling heap profiler on this very thread, with a sample each
 * byte, for a few iterations.
 *
 *     handle (app.js:20) ── 20 objects of 32 bytes      by size the site of a kind is found: sites(profile).get(32)
 *
 * Frames of Node's own and of heapwatch are passed over, to the function of the program that called them.
 */
import { Session } from 'node:inspector';

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly selfSize: number;
  readonly children: readonly ProfileNode[];
}

interface Profile {
  readonly head: ProfileNode;
  readonly samples: readonly { readonly size: number; readonly nodeId: number }[];
}

/** What lives of what a site allocated. */
export interface Site {
  /** `handle (/srv/app.js:20)` */
  readonly site: string;
  readonly bytes: number;
  /** Objects by their size. */
  readonly counts: Readonly<Record<number, number>>;
}

/** Sites at most: the rest allocates little. */
const MAX_SITES = 20;

/**
 * Does `work`, and gives the sites of what it allocated and is alive; empty where somebody else samples this thread already.
 * @throws what `work` throws
 */
export async function allocationSites(work: () => Promise<void>): Promise<Site[]> {
  const session = new Session();
  session.connect();
  try {
    if (profileOf(session) !== undefined) {
      await work();
      return [];
    }
    session.post('HeapProfiler.startSampling', { samplingInterval: 1 });
    await work();
    const profile = profileOf(session);
    session.post('HeapProfiler.stopSampling');
    return profile === undefined ? [] : sitesOf(profile);
  } finally {
    session.disconnect();
  }
}

/** A session on its own thread answers at once. */
function profileOf(session: Session): Profile | undefined {
  let found: Profile | undefined;
  session.post('HeapProfiler.getSamplingProfile', (error, answer) => {
    if (!error) found = answer.profile as unknown as Profile;
  });
  return found;
}

function sitesOf({ head, samples }: Profile): Site[] {
  const sites = new Map<string, { bytes: number; counts: Record<number, number> }>();
  const siteOfNode = new Map<number, string>();
  const pending: { node: ProfileNode; caller: string | undefined }[] = [{ node: head, caller: undefined }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { node, caller } = next;
    const site = isOfProgram(node.callFrame) ? siteText(node.callFrame) : caller;
    if (site !== undefined) siteOfNode.set(node.id, site);
    for (const child of node.children) pending.push({ node: child, caller: site });
  }
  for (const { size, nodeId } of samples) {
    const site = siteOfNode.get(nodeId);
    if (site === undefined) continue;
    const found = sites.get(site) ?? { bytes: 0, counts: {} };
    found.bytes += size;
    found.counts[size] = (found.counts[size] ?? 0) + 1;
    sites.set(site, found);
  }
  return [...sites]
    .map(([site, found]) => ({ site, ...found }))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, MAX_SITES);
}

/** Its own folder, where it is installed. */
const OURS = /[\\/](?:heapwatch|dist)[\\/](?:dist[\\/])?(?:agent|collector|protocol)[\\/]/;

function isOfProgram({ url }: CallFrame): boolean {
  return url !== '' && !url.startsWith('node:') && !OURS.test(url);
}

function siteText({ functionName, url, lineNumber }: CallFrame): string {
  return `${functionName || '(anonymous)'} (${url.replace(/^file:\/\//, '')}:${lineNumber + 1})`;
}
