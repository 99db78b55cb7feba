/** The locations of a snapshot file by themselves: for who has read the rest and turns out to need them. */
import type { Columns } from './columns.ts';
import { SnapshotDocument } from './document.ts';
import { headerOf } from './file-header.ts';
import { findSection, type ReadAt } from './find-section.ts';
import { type LocationColumns, LocationColumnsReader, noLocations } from './location-columns.ts';
import { SkipReader } from './skip.ts';
import { writeNext } from './write-next.ts';

const BUFFER_BYTES = 1 << 18;

/** The same columns, whose locations are read from the file when they are first asked for. */
export function withLocationsOf(columns: Columns, read: ReadAt, sizeBytes: number): Columns {
  let locations: LocationColumns | undefined;
  const readOnce = (): LocationColumns => {
    locations ??= locationsOfFile(read, sizeBytes);
    return locations;
  };
  return {
    ...columns,
    get locationNode() {
      return readOnce().locationNode;
    },
    get locationSite() {
      return readOnce().locationSite;
    },
    get siteScript() {
      return readOnce().siteScript;
    },
    get siteLine() {
      return readOnce().siteLine;
    },
    get siteColumn() {
      return readOnce().siteColumn;
    },
  };
}

/** What is between the head and the locations is not read. @throws SnapshotSyntaxError */
export function locationsOfFile(read: ReadAt, sizeBytes: number): LocationColumns {
  const buffer = new Uint8Array(BUFFER_BYTES);
  const header = headerOf(read, buffer);
  const begin = header?.location ? findSection('locations', read, 0, sizeBytes, buffer) : -1;
  if (!header?.location || begin < 0) return noLocations();
  const locations = new LocationColumnsReader(header, header.location);
  const document = new SnapshotDocument((name) => (name === 'locations' ? locations : new SkipReader(name)));
  document.jump(begin);
  while (!locations.done && writeNext(document, read, buffer));
  return locations.columns();
}
