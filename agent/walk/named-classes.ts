/** The classes of Maps by name and constructor, as V8 has them or, where there are source maps, as people wrote them. */
import type { ScriptLocation } from '../classify/naming/location-names.ts';
import { ANONYMOUS_SCRIPT, scriptPath } from '../classify/naming/script-name.ts';
import type { SeenFunction } from '../source-maps/belongs.ts';
import type { Origin } from '../source-maps/mapped-script.ts';
import type { SourceMaps } from '../source-maps/source-maps.ts';
import type { ClassNames } from './class-names.ts';

type ClassOfMap = ReturnType<ClassNames['ofMap']>;

export class NamedClasses {
  readonly classes: ClassNames;
  readonly #maps: SourceMaps | undefined;
  /** By SharedFunctionInfo of a constructor. */
  readonly #origins = new Map<number, Origin>();

  constructor(classes: ClassNames, maps: SourceMaps | undefined) {
    this.classes = classes;
    this.#maps = maps;
  }

  /** Looks for where the classes of these Maps come from; a script is known by all of its classes that are seen at once. */
  read(classMaps: readonly number[]): void {
    if (!this.#maps) return;
    const seenIn = new Map<string, Map<number, SeenFunction>>();
    for (const map of classMaps) {
      const { name, constructorInfo } = this.classes.ofMap(map);
      const place = constructorInfo < 0 ? undefined : this.classes.functions.placeOf(constructorInfo);
      if (!place?.url) continue;
      const seen = seenIn.get(place.url) ?? new Map<number, SeenFunction>();
      seenIn.set(place.url, seen.set(constructorInfo, { name, line: place.line, column: place.column }));
    }
    for (const [url, seen] of seenIn) {
      const script = this.#maps.of(url, [...seen.values()]);
      if (!script) continue;
      for (const [info, { name, ...position }] of seen) this.#origins.set(info, script.originOf(position, name));
    }
  }

  ofMap(map: number): ClassOfMap {
    const found = this.classes.ofMap(map);
    const name = this.#origins.get(found.constructorInfo)?.name;
    return name === undefined ? found : { ...found, name };
  }

  placeOf(constructorInfo: number): ScriptLocation | undefined {
    const original = this.#origins.get(constructorInfo)?.place;
    if (original) return original;
    const place = this.classes.functions.placeOf(constructorInfo);
    return place && { path: scriptPath(place.url || ANONYMOUS_SCRIPT), line: place.line, column: place.column };
  }
}
