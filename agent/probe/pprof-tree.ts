/**
 * A profile in pprof's format as the tree that V8 gives: `pprof.ts` the other way round, of our own files and of others'. What is counted
 * is the last sort of sample in bytes: `inuse_space` of Go, `space` of ours.
 */
import { Profile } from 'pprof-format';
import type { CallFrame, HeapProfile, ProfileNode } from '../profile/heap-profile.ts';

/** As many call frames as of V8's own profiles. */
const MAX_NODES = 100_000;

interface Growing {
  readonly callFrame: CallFrame;
  readonly id: number;
  selfSize: number;
  readonly children: Growing[];
  readonly byFrame: Map<string, Growing>;
}

/** @throws Error of one line for what is none, or has no bytes */
export function profileOfPprof(bytes: Uint8Array): HeapProfile {
  const profile = decoded(bytes);
  const text = (index: number | bigint): string => profile.stringTable.strings[Number(index)] ?? '';
  const units = profile.sampleType.map(({ unit }) => text(unit));
  const at = units.lastIndexOf('bytes');
  if (at < 0) throw new Error(`it has no figures in bytes, only in ${units.join(', ') || 'nothing'}`);
  const frames = framesOf(profile, text);
  const root = node({ functionName: '(root)', scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 }, 1);
  let count = 1;
  for (const { locationId, value } of profile.sample) {
    let parent = root;
    for (const id of locationId.toReversed()) {
      for (const callFrame of frames.get(Number(id)) ?? []) {
        let child = parent.byFrame.get(callFrame.scriptId);
        if (!child) {
          if (++count > MAX_NODES) throw new Error(`it has more than ${MAX_NODES} call frames`);
          child = node(callFrame, count);
          parent.byFrame.set(callFrame.scriptId, child);
          parent.children.push(child);
        }
        parent = child;
      }
    }
    parent.selfSize += Math.max(0, Number(value[at] ?? 0));
  }
  return { head: root satisfies ProfileNode, samples: [] };
}

function decoded(bytes: Uint8Array): Profile {
  try {
    return Profile.decode(bytes);
  } catch (cause) {
    throw new Error('it is no profile in the format of pprof', { cause });
  }
}

function node(callFrame: CallFrame, id: number): Growing {
  return { callFrame, id, selfSize: 0, children: [], byFrame: new Map() };
}

/** Frames of each location, callers first: a location has several where functions were inlined. The id of a function stands for its script's. */
function framesOf(
  { location, function: functions }: Profile,
  text: (index: number | bigint) => string,
): Map<number, CallFrame[]> {
  const known = new Map(
    functions.map(({ id, name, filename, startLine }): [number, CallFrame] => {
      const lineNumber = Math.max(-1, Number(startLine) - 1);
      return [
        Number(id),
        { functionName: text(name), scriptId: `${id}`, url: text(filename), lineNumber, columnNumber: -1 },
      ];
    }),
  );
  return new Map(
    location.map(({ id, line }) => [
      Number(id),
      line.toReversed().flatMap(({ functionId }) => known.get(Number(functionId)) ?? []),
    ]),
  );
}
