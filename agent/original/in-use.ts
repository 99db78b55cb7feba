/**
 * The source maps that this process uses, in all of its threads: a thread takes over the setting when it begins, and tells what
 * it has refused.
 */
import { BroadcastChannel, getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import type { Columns } from '../parse/columns.ts';
import { type RefusedMap, type SourceMapOptions, SourceMaps } from '../source-maps/source-maps.ts';
import { originalColumns } from './columns.ts';

const SETTING = 'heapwatch source maps';
const REFUSALS = 'heapwatch refused source maps';

/** Told of what threads refuse, and this one; there from the first setting on. */
let refusals: BroadcastChannel | undefined;
const told = new Map<string, RefusedMap>();
/** Scripts that this thread has reported. */
const refused = new Set<string>();

interface InUse {
  readonly options: SourceMapOptions;
  readonly maps: SourceMaps;
}

let inUse: InUse | undefined;

/** From now on, also in threads that are started from now on. @throws Error of one line for a folder that is none */
export function useSourceMaps(options: SourceMapOptions): void {
  inUse = { options, maps: new SourceMaps(options) };
  setEnvironmentData(SETTING, { folders: options.folders });
  if (refusals) return;
  refusals = new BroadcastChannel(REFUSALS);
  refusals.onmessage = (message) => {
    for (const each of (message as { data: RefusedMap[] }).data) told.set(each.script, each);
  };
  refusals.unref();
}

/** Undefined where none are to be used. */
export function sourceMaps(): SourceMaps | undefined {
  const set = getEnvironmentData(SETTING) as unknown as SourceMapOptions | undefined;
  if (set === undefined) return undefined;
  inUse ??= { options: set, maps: new SourceMaps(set) };
  return inUse.maps;
}

/** The columns in the words of the files that people wrote, where source maps are used. */
export function inOriginalNames(columns: Columns): Columns {
  const maps = sourceMaps();
  if (maps === undefined || columns.fileOfScript !== undefined) return columns;
  const original = originalColumns(columns, maps);
  tellRefused();
  return original;
}

/** To the thread that has set the source maps, which may be another one. */
export function tellRefused(): void {
  const news = (inUse?.maps.refused ?? []).filter(({ script }) => !refused.has(script));
  if (news.length === 0) return;
  for (const each of news) refused.add(each.script);
  for (const each of news) told.set(each.script, each);
  const channel = new BroadcastChannel(REFUSALS);
  channel.postMessage(news);
  channel.close();
}

/** What has been refused since the last call, each script once. */
export function refusedMaps(): RefusedMap[] {
  const found = [...told.values()];
  told.clear();
  return found;
}
