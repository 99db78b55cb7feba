/** What `heapwatch fleet status` prints. Pure. */

import type { TargetState } from '../../protocol/events.ts';
import { oneLine } from '../../protocol/printable.ts';

/** What of a fleet is shown; main/fleet-office.ts gives it. */
interface Shown {
  readonly members: readonly {
    readonly name: string;
    readonly kind: string;
    readonly host: string;
    readonly pid: number;
    readonly version: string;
    readonly since: string;
    readonly isThere: boolean;
    readonly configuration?: { readonly hash: string; readonly reason?: string };
  }[];
  readonly judge?: string;
  readonly targets: readonly TargetState[];
}

interface ShownConfiguration {
  readonly version: number;
  readonly document: {
    readonly hash: string;
    readonly rollout: { readonly percent: number };
    readonly rolledBack?: { readonly agent: string; readonly reason: string };
  };
}

/** Characters of a hash that tell it from others. */
const SHORT = 8;

export function fleetText({ members, judge, targets }: Shown, newest: ShownConfiguration | undefined): string {
  const watched = targets.filter(({ state }) => state !== 'gone');
  const others = targets.filter(({ state }) => state === 'gone');
  return [
    ...table(members),
    '',
    `rules are judged by ${judge ?? 'nobody just now'}`,
    configurationLine(newest),
    `processes watched: ${watched.length}, not watched: ${others.length}`,
    ...others.map(({ target, reason = '' }) => oneLine(`  ${target}: ${reason}`)),
  ].join('\n');
}

function configurationLine(newest: ShownConfiguration | undefined): string {
  if (!newest) return 'no configuration was put: each agent runs its own';
  const { hash, rollout, rolledBack } = newest.document;
  const share = rollout.percent < 100 ? `, for ${rollout.percent} % of the agents` : '';
  const back = rolledBack ? oneLine(`; one was taken back: ${rolledBack.agent} said ${rolledBack.reason}`) : '';
  return `configuration: version ${newest.version}, ${hash.slice(0, SHORT)}${share}${back}`;
}

function table(members: Shown['members']): string[] {
  const rows = members.map((member) => [
    member.kind,
    member.name,
    member.isThere ? 'there' : 'not heard of',
    `${member.host} ${member.pid}`,
    member.version,
    ranOf(member),
  ]);
  const all = [['kind', 'name', 'state', 'host, pid', 'version', 'configuration'], ...rows];
  const widths = all[0]!.map((_, column) => all.reduce((widest, row) => Math.max(widest, row[column]!.length), 0));
  return all.map((row) => oneLine(row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')).trimEnd());
}

function ranOf({ configuration }: Shown['members'][number]): string {
  if (!configuration) return '';
  const hash = configuration.hash.slice(0, SHORT);
  return configuration.reason === undefined ? hash : `${hash} refused: ${configuration.reason}`;
}
