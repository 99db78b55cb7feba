/**
 * A sampling profile in pprof's format, gzipped: `go tool pprof`, Pyroscope, Parca and speedscope read it.
 *
 *     Sample { locationId: [leaf, …, root], value: [objects, bytes] }   one for each node that holds live bytes
 *     Location ──> Line ──> Function { name, filename, startLine }      one for each call frame
 */
import { gzipSync } from 'node:zlib';
import { Function as Code, Line, Location, Profile, Sample, StringTable, ValueType } from 'pprof-format';
import { type CallFrame, visitNodes } from '../profile/heap-profile.ts';
import { countsOf, type SamplingProfile } from './sampling-profile.ts';

export function pprof(profile: SamplingProfile): Uint8Array {
  const strings = new StringTable();
  const frames = new Frames(strings);
  const counts = countsOf(profile);
  const sample: Sample[] = [];
  visitNodes(profile.head, ({ callFrame, selfSize, id }, path) => {
    const count = counts.get(id) ?? 0;
    if (selfSize === 0 && count === 0) return;
    // the root is V8's and no frame of the program
    const callers = path.slice(1).reverse();
    const locationId = [callFrame, ...callers.map((node) => node.callFrame)].map((frame) => frames.locationOf(frame));
    sample.push(new Sample({ locationId, value: [count, Math.round(selfSize)] }));
  });
  const space = new ValueType({ type: strings.dedup('space'), unit: strings.dedup('bytes') });
  const encoded = new Profile({
    sampleType: [new ValueType({ type: strings.dedup('objects'), unit: strings.dedup('count') }), space],
    sample,
    location: frames.locations,
    function: frames.functions,
    stringTable: strings,
    timeNanos: BigInt(Date.parse(profile.takenAt)) * 1_000_000n,
    ...(profile.samplingIntervalBytes !== undefined && { periodType: space, period: profile.samplingIntervalBytes }),
  }).encode();
  return gzipSync(encoded);
}

/** Locations and functions, each met frame once. Ids count from 1: pprof keeps 0 for "none". */
class Frames {
  readonly locations: Location[] = [];
  readonly functions: Code[] = [];
  readonly #strings: StringTable;
  readonly #ids = new Map<string, number>();

  constructor(strings: StringTable) {
    this.#strings = strings;
  }

  locationOf({ functionName, scriptId, url, lineNumber, columnNumber }: CallFrame): number {
    const key = `${scriptId}:${lineNumber}:${columnNumber}:${functionName}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.locations.length + 1;
    const name = this.#strings.dedup(functionName || '(anonymous)');
    const line = lineNumber + 1;
    const filename = this.#strings.dedup(url);
    this.functions.push(new Code({ id, name, systemName: name, filename, startLine: line }));
    this.locations.push(new Location({ id, line: [new Line({ functionId: id, line })] }));
    this.#ids.set(key, id);
    return id;
  }
}
