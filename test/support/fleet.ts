/** Configurations of a fleet's members, on a NATS of the test's own. */
import type { Config } from '../../collector/config/config.ts';
import { FleetFile } from '../../collector/config/fleet-file.ts';
import { configOf } from './collector.ts';

type Targets = Parameters<typeof configOf>[0];

export function fleetConfig(
  url: string,
  name: string,
  targets: Targets = [],
  fleet: object = {},
): Config & { readonly fleet: FleetFile } {
  return { ...configOf(targets), fleet: FleetFile.parse({ nats: { servers: [url] }, name, ...fleet }) };
}
