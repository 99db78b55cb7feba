/** Follows a collector's stream until interrupted, and prints what comes; after a lost connection it goes on where it stood. */
import type {
  AlertEvent,
  FootprintEvent,
  MemoryEvent,
  ProbeEvent,
  StreamEvent,
  TargetEvent,
  Topic,
  UsageEvent,
} from '../../protocol/events.ts';
import type { Gap } from '../../protocol/frames.ts';
import { humanDuration, humanSize } from '../../protocol/human.ts';
import { oneLine } from '../../protocol/printable.ts';
import type { ClientState } from '../client/node.ts';
import { openCollector } from './collector-client.ts';
import type { Io } from './io.ts';
import { tableText } from './partition-output.ts';

const GIVE_UP_MS = 60_000;

export interface FollowArguments {
  url: string;
  topic: Topic[];
  target: string[] | undefined;
  by: string[] | undefined;
  rows: number;
  json: boolean;
}

/** @throws StreamError where the collector cannot be reached, or stays away for a minute */
export async function follow(args: FollowArguments, io: Io): Promise<void> {
  const onState = ({ state, reason }: ClientState) => {
    if (state === 'waiting') io.say(`heapwatch: ${reason}; connecting again`);
  };
  await using client = openCollector(args.url, { signal: io.signal, downMs: GIVE_UP_MS, onState });
  const selection = {
    topics: args.topic,
    ...(args.target && { targets: args.target }),
    ...(args.by && { by: args.by }),
  };
  for await (const event of client.subscribe(selection)) {
    io.print(args.json ? JSON.stringify(event) : eventText(event, args.rows));
  }
  io.signal.throwIfAborted();
}

function eventText(event: StreamEvent | Gap, rows: number): string {
  if (event.type === 'partition') return tableText({ ...event, label: headline(event) }, { rows });
  return oneLine(eventLine(event));
}

function eventLine(event: Exclude<StreamEvent, { type: 'partition' }> | Gap): string {
  switch (event.type) {
    case 'usage':
      return usageText(event);
    case 'memory':
      return memoryText(event);
    case 'target':
      return targetText(event);
    case 'probe':
      return probeText(event);
    case 'checkpoint':
      return `${event.at} ${event.target} ${event.isolate} checkpoint ${event.checkpoint} ${event.phase}${because(event.reason)}`;
    case 'footprint':
      return footprintText(event);
    case 'mark':
      return `${event.at} ${event.target} mark ${event.label}`;
    case 'alert':
      return alertText(event);
    case 'gap':
      return `(${event.skipped ?? 'some'} ${event.topic} events were not received: offsets ${event.from} to ${event.to})`;
  }
}

function probeText({ at, target, isolate, probe, phase, reason, instead }: ProbeEvent): string {
  const next = instead === undefined ? '' : `; ${instead} in its place`;
  return `${at} ${target} ${isolate} ${probe} ${phase}${because(reason)}${next}`;
}

function footprintText({ to, target, isolate, cause, pauseMs, extraBytes = 0, hourPauseMs }: FootprintEvent): string {
  const cost = `paused ${humanDuration(pauseMs)}, RSS up to ${humanSize(Math.max(0, extraBytes))} higher`;
  return `${to} ${target} ${isolate} ${cause} ${cost}; ${humanDuration(hourPauseMs)} of pause within the hour`;
}

function alertText({ at, rule, state, target, isolate, kind, gauge, reason, evidence }: AlertEvent): string {
  const holders = (evidence?.paths ?? []).slice(0, 1).map((path) => `; held by ${path}`);
  return `${at} ${target} ${isolate} ${rule} ${state}: ${kind ?? gauge}, ${reason}${holders.join('')}`;
}

function headline(event: Extract<StreamEvent, { type: 'partition' }>): string {
  const head = `\n${event.takenAt} ${event.target} ${event.isolate}, by ${event.by} from ${event.probe}`;
  return event.label === undefined ? head : `${head}: ${event.label}`;
}

function usageText(event: UsageEvent): string {
  const heap = `heap ${humanSize(event.heapUsedBytes)} of ${humanSize(event.heapLimitBytes)}`;
  const rest = `external ${humanSize(event.externalBytes)}, RSS ${humanSize(event.rssBytes)}`;
  return `${event.takenAt} ${event.target} ${event.isolate} ${heap}, ${rest}`;
}

function memoryText({ takenAt, target, rssBytes, verdict }: MemoryEvent): string {
  return `${takenAt} ${target} RSS ${humanSize(rssBytes)}; ${verdict.text}`;
}

function targetText(event: TargetEvent): string {
  const who = event.incarnation === undefined ? '' : ` (${event.incarnation})`;
  return `${event.at} ${event.target} ${event.state}${who}${because(event.reason)}`;
}

function because(reason: string | undefined): string {
  return reason === undefined ? '' : `: ${reason}`;
}
