/** Locations as a part of an index, and back. Their entries are looked at with the columns (columns-part.ts). */
import type { LocationColumns } from '../parse/location-columns.ts';
import { check, isCount } from './check.ts';
import type { OpenPart, PartArrays } from './part.ts';

export function locationArrays(locations: LocationColumns): PartArrays {
  const { locationNode, locationSite, siteScript, siteLine, siteColumn } = locations;
  return { locationNode, locationSite, siteScript, siteLine, siteColumn };
}

/** @throws IndexFault */
export function readLocations(part: OpenPart): LocationColumns {
  const { oddLocations } = part.facts as Partial<LocationColumns>;
  check(oddLocations === undefined || isCount(oddLocations), 'its odd locations are no number');
  return {
    locationNode: part.read('locationNode', 'u32'),
    locationSite: part.read('locationSite', 'u32'),
    siteScript: part.read('siteScript', 'u32'),
    siteLine: part.read('siteLine', 'u32'),
    siteColumn: part.read('siteColumn', 'u32'),
    ...(oddLocations !== undefined && { oddLocations }),
  };
}
