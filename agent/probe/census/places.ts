/** Where classes are written that their names do not tell from others. */
import { z } from 'zod';
import type { ScriptLocation } from '../../classify/naming/location-names.ts';
import { ANONYMOUS_SCRIPT, scriptPath } from '../../classify/naming/script-name.ts';
import { className, isWord } from '../../classify/naming/words.ts';
import type { RealmCount, Slot } from './count.ts';
import type { Handles } from './handles.ts';
import { groupedByName } from './rows.ts';

/** Namesakes that are asked where they are written; a program that has more makes classes as others make objects. */
const MAX_ASKED = 2_000;
/** Functions in a heap whose scripts are asked for: V8 tells of each function that has run, some 100 bytes. */
const MAX_FUNCTIONS = 100_000;

/** V8's internal property of a function; what is built in has none. */
const Location = z.object({ scriptId: z.string(), lineNumber: z.number(), columnNumber: z.number() });
type Location = z.infer<typeof Location>;

/** Asks for the addresses of scripts by their ids. */
export type AskUrls = (scriptIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;

/** By slot, as far as V8 says. Namesakes cost one more walk of the heap, about 1 ms a MB. */
export async function placesOf(
  handles: Handles,
  realms: readonly RealmCount[],
  urlsOf: AskUrls,
): Promise<Map<Slot, ScriptLocation>> {
  if (realms.reduce((sum, realm) => sum + realm.functions, 0) > MAX_FUNCTIONS) return new Map();
  const slotsOfName = groupedByName(realms.flatMap(({ slots }) => slots));
  const unclear = [...slotsOfName].filter(([name, slots]) => slots.length > 1 || isWord(className(name)));
  const asked = unclear.flatMap(([, slots]) => slots).slice(0, MAX_ASKED);
  const asking = asked.map(async (slot) => pairOf(slot, await locationOf(handles, await slot.maker())));
  const locations = new Map((await Promise.all(asking)).flat());
  if (!unclear.some(([name, slots]) => isWord(className(name)) || sitesOf(slots, locations) > 1)) return new Map();
  const urls = await urlsOf([...new Set(Array.from(locations.values(), ({ scriptId }) => scriptId))]);
  return new Map(
    Array.from(locations, ([slot, { scriptId, lineNumber, columnNumber }]) => {
      const path = scriptPath(urls.get(scriptId) || ANONYMOUS_SCRIPT);
      return [slot, { path, line: lineNumber, column: columnNumber }];
    }),
  );
}

/** In how many places the classes of some slots are written. */
function sitesOf(slots: readonly Slot[], locations: ReadonlyMap<Slot, Location>): number {
  const sites = slots.flatMap((slot) => {
    const { scriptId, lineNumber, columnNumber } = locations.get(slot) ?? {};
    return scriptId === undefined ? [] : `${scriptId}:${lineNumber}:${columnNumber}`;
  });
  return new Set(sites).size;
}

function pairOf<V>(slot: Slot, value: V | undefined): [slot: Slot, value: V][] {
  return value === undefined ? [] : [[slot, value]];
}

async function locationOf(handles: Handles, maker: string | undefined): Promise<Location | undefined> {
  if (maker === undefined) return undefined;
  const { internalProperties = [] } = await handles.properties(maker);
  const location = internalProperties.find(({ name }) => name === '[[FunctionLocation]]')?.value?.value;
  return Location.safeParse(location).data;
}
