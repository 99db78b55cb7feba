/** The counts of realms by kind, in the words of a snapshot's partition: two classes of one name are distinguished by place. */
import { z } from 'zod';
import { classTexts } from '../../classify/naming/class-texts.ts';
import { locationNames, type ScriptLocation } from '../../classify/naming/location-names.ts';
import { ANONYMOUS_SCRIPT, scriptPath } from '../../classify/naming/script-name.ts';
import { className, isWord, WORD_OF_TYPE } from '../../classify/naming/words.ts';
import type { RealmCount, Slot } from './count.ts';
import type { Handles } from './handles.ts';

/** Namesakes that are asked where they are written; a program that has more makes classes as others make objects. */
const MAX_ASKED = 2_000;
/** Functions in a heap whose scripts are asked for: V8 tells of each function that has run, some 100 bytes. */
const MAX_FUNCTIONS = 100_000;

/** Objects by kind. Namesakes cost one more walk of the heap, about 1 ms a MB. */
export async function kindCounts(handles: Handles, realms: readonly RealmCount[]): Promise<Map<string, number>> {
  const functions = realms.reduce((sum, realm) => sum + realm.functions, 0);
  const counts = new Map([[WORD_OF_TYPE.closure, functions]]);
  const slotsOfName = groupedByName(realms.flatMap(({ slots }) => slots));
  const places = functions > MAX_FUNCTIONS ? new Map<Slot, ScriptLocation>() : await placesOf(handles, slotsOfName);
  for (const [name, slots] of slotsOfName) {
    const known = new Map(slots.flatMap((slot) => pairOf(slot, places.get(slot))));
    const { plain, ofClass } = classTexts(name, locationNames(known));
    for (const slot of slots) {
      const kind = ofClass?.get(slot) ?? plain;
      counts.set(kind, (counts.get(kind) ?? 0) + slot.count);
    }
  }
  return counts;
}

function groupedByName(slots: readonly Slot[]): Map<string, Slot[]> {
  const groups = new Map<string, Slot[]>();
  for (const slot of slots) {
    const group = groups.get(slot.name);
    if (group) group.push(slot);
    else groups.set(slot.name, [slot]);
  }
  return groups;
}

/** V8's internal property of a function; what is built in has none. */
const Location = z.object({ scriptId: z.string(), lineNumber: z.number(), columnNumber: z.number() });
type Location = z.infer<typeof Location>;

/** Where those classes are written that their names do not tell from others, as far as V8 says. */
async function placesOf(
  handles: Handles,
  slotsOfName: ReadonlyMap<string, readonly Slot[]>,
): Promise<Map<Slot, ScriptLocation>> {
  const unclear = [...slotsOfName].filter(([name, slots]) => slots.length > 1 || isWord(className(name)));
  const asked = unclear.flatMap(([, slots]) => slots).slice(0, MAX_ASKED);
  const asking = asked.map(async (slot) => pairOf(slot, await locationOf(handles, await slot.maker())));
  const locations = new Map((await Promise.all(asking)).flat());
  if (!unclear.some(([name, slots]) => isWord(className(name)) || sitesOf(slots, locations) > 1)) return new Map();
  const urls = await handles.scriptUrls();
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
