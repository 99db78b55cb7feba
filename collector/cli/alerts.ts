/** `heapwatch alerts`: what rules would have said of stored history, and the alerts and silences of a collector. */
import type { Argv, CommandModule } from 'yargs';
import type { Alert, RuleState, Silence } from '../../protocol/alert.ts';
import type { StreamEvent } from '../../protocol/events.ts';
import { humanCount } from '../../protocol/human.ts';
import { oneLine } from '../../protocol/printable.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { parseDuration } from '../base/units.ts';
import { readConfigFile } from '../terminal/config-source.ts';
import { JudgedError, UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';

interface Common {
  json: boolean;
}

interface TestArguments extends Common {
  rules: string;
  history: string;
}

interface SilenceArguments extends Common {
  url: string;
  matchers: string[];
  for: string;
  comment: string;
}

export function alertsCommand(io: Io): CommandModule {
  return {
    builder: (yargs) =>
      yargs
        .command(testCommand(io))
        .command(listCommand(io))
        .command(silenceCommand(io))
        .command(unsilenceCommand(io))
        .demandCommand(1, 'name an action: test, list, silence or unsilence')
        .example('$0 alerts test heapwatch.yaml --history heapwatch.db', 'what would have fired, and when')
        .example('$0 alerts list ws://127.0.0.1:7331', 'what fires now')
        .example("$0 alerts silence ws://127.0.0.1:7331 'kind=Session*' --for 2h --comment deploy", ''),
    handler: () => {
      // an action does it
    },
  };
}

function testCommand(io: Io): CommandModule<object, TestArguments> {
  return {
    command: 'test <rules>',
    describe: "what would have fired under a configuration's rules; exit code 6 if anything would have",
    builder: (yargs) =>
      jsonOption(yargs)
        .positional('rules', { type: 'string', demandOption: true, describe: 'a YAML or JSON file with "alerts"' })
        .option('history', { type: 'string', demandOption: true, describe: "a collector's store: heapwatch.db" }),
    handler: (args) => test(args, io),
  };
}

async function test({ rules: path, history, json }: TestArguments, io: Io): Promise<void> {
  const { readConfigText } = await import('../config/config-text.ts');
  const { rulesOf } = await import('../config/config.ts');
  const { replay } = await import('../alert/replay.ts');
  const { openForReading } = await import('../store/database.ts');
  const file = readConfigFile(path);
  const rules = rulesOf(readConfigText(file.name, file.text));
  if (rules.length === 0) throw new UsageError(`Cannot test ${path}: it has no rules, add "alerts"`);
  const db = openForReading(history);
  try {
    const { Reader } = await import('../store/reader.ts');
    const replaying = replay(eventsOf(new Reader(db)), rules);
    const fired = new Set<string>();
    for (;;) {
      io.signal.throwIfAborted();
      const step = replaying.next();
      if (step.done) {
        for (const state of step.value) io.print(json ? JSON.stringify(state) : stateText(state));
        break;
      }
      // the alerts of an incident are one
      if (step.value.state === 'firing' && step.value.incident === undefined) fired.add(lifeOf(step.value));
      io.print(json ? JSON.stringify(step.value) : alertText(step.value));
    }
    if (fired.size > 0)
      throw new JudgedError(`${fired.size} ${fired.size === 1 ? 'alert' : 'alerts'} would have fired`);
  } finally {
    db.close();
  }
}

/** All that a store has, oldest first. */
function* eventsOf(reader: { after(offset: number): readonly { offset: number; event: StreamEvent }[] }) {
  for (let at = 0; ; ) {
    const page = reader.after(at);
    for (const entry of page) yield entry.event;
    const last = page.at(-1);
    if (!last) return;
    at = last.offset;
  }
}

function listCommand(io: Io): CommandModule<object, Common & { url: string }> {
  return {
    command: 'list <url>',
    describe: 'pending and firing alerts, the state of each rule, and the silences',
    builder: (yargs) => jsonOption(urlOption(yargs)),
    handler: async ({ url, json }) => {
      await using client = await open(url, io);
      const { alerts, rules, silences } = await client.request('alerts', {});
      if (json) io.print(JSON.stringify({ alerts, rules, silences }));
      else
        io.print([...grouped(alerts).map(alertText), ...rules.map(stateText), ...silences.map(silenceText)].join('\n'));
    },
  };
}

function silenceCommand(io: Io): CommandModule<object, SilenceArguments> {
  return {
    command: 'silence <url> <matchers..>',
    describe: 'keep alerts from notifying for a while; they still fire and resolve',
    builder: (yargs) =>
      jsonOption(urlOption(yargs))
        .positional('matchers', {
          type: 'string',
          array: true,
          demandOption: true,
          describe: "label=glob, all of which have to match: alertname=SessionLeak 'target=api*'",
        })
        .option('for', { type: 'string', demandOption: true, describe: 'how long: 2h, at most 30d' })
        .option('comment', { type: 'string', demandOption: true, describe: 'the reason, shown with the silence' }),
    handler: async ({ url, matchers, for: duration, comment, json }) => {
      const labels = matchersOf(matchers);
      const forMs = durationOf(duration);
      await using client = await open(url, io);
      const { silence } = await client.request('silence', { matchers: labels, forMs, comment });
      io.print(json ? JSON.stringify(silence) : silenceText(silence));
      const { alerts } = await client.request('alerts', {});
      const isUsed = alerts.some(({ silencedBy }) => silencedBy?.includes(silence.id));
      if (!isUsed) io.say('no alert of now fits it; those that come will be silenced');
    },
  };
}

function unsilenceCommand(io: Io): CommandModule<object, Common & { url: string; id: string }> {
  return {
    command: 'unsilence <url> <id>',
    describe: 'end a silence',
    builder: (yargs) =>
      jsonOption(urlOption(yargs)).positional('id', {
        type: 'string',
        demandOption: true,
        describe: 'as alerts list shows it',
      }),
    handler: async ({ url, id, json }) => {
      await using client = await open(url, io);
      const { silences } = await client.request('unsilence', { id });
      io.print(json ? JSON.stringify(silences) : silences.map(silenceText).join('\n') || 'no silence is left');
    },
  };
}

async function open(url: string, io: Io) {
  const { openCollector } = await import('../terminal/collector-client.ts');
  return openCollector(url, { signal: io.signal });
}

function urlOption<T>(yargs: Argv<T>): Argv<T & { url: string }> {
  return yargs.positional('url', { type: 'string', demandOption: true, describe: 'ws://127.0.0.1:7331' });
}

function jsonOption<T>(yargs: Argv<T>): Argv<T & { json: boolean }> {
  return yargs.option('json', { type: 'boolean', default: false, describe: 'as JSON, one value a line' });
}

/** @throws UsageError */
function matchersOf(texts: readonly string[]): Record<string, string> {
  const pairs = texts.map((text) => {
    const [, label, glob] = /^([A-Za-z_]\w*)=(.+)$/s.exec(text) ?? [];
    if (label !== undefined && glob !== undefined) return [label, glob] as const;
    throw new UsageError(`Cannot silence by "${text}": expected label=glob, such as target=api*`);
  });
  return Object.fromEntries(pairs);
}

/** @throws UsageError */
function durationOf(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new UsageError(`Cannot silence for "${text}": ${reasonOf(error)}`);
  }
}

function lifeOf({ fingerprint, startsAt }: Alert): string {
  return `${fingerprint} ${startsAt}`;
}

/** Each incident before its alerts. */
function grouped(alerts: readonly Alert[]): Alert[] {
  const known = new Set(alerts.map(({ fingerprint }) => fingerprint));
  const tops = alerts.filter(({ incident }) => incident === undefined || !known.has(incident));
  return tops.flatMap((top) => [top, ...alerts.filter(({ incident }) => incident === top.fingerprint)]);
}

/** An incident's reason names its cause; its alerts are moved to the right. */
function alertText(alert: Alert): string {
  const { at, rule, state, target, isolate, kind, gauge, reason, silencedBy, members, incident } = alert;
  const silenced = silencedBy ? ' (silenced)' : '';
  const subject = members ? 'incident' : (kind ?? gauge);
  const line = oneLine(`${at} ${state.padEnd(8)} ${rule} ${target} ${isolate} ${subject}: ${reason}${silenced}`);
  return incident === undefined ? line : `  ${line}`;
}

function stateText({ rule, target, inactive, undecided, pending, firing, smallestPerHour, why }: RuleState): string {
  const counts = `${firing} firing, ${pending} pending, ${inactive} inactive, ${undecided} undecided`;
  const slope = smallestPerHour ? `; the undecided could have shown ${range(smallestPerHour)} an hour` : '';
  return oneLine(`${rule} on ${target}: ${counts}${slope}${why === undefined ? '' : `; never judged: ${why}`}`);
}

function range({ least, most }: { least: number; most: number }): string {
  const [from, to] = [least, most].map(humanCount);
  return from === to ? `${from}` : `${from} to ${to}`;
}

function silenceText({ id, matchers, endsAt, comment }: Silence): string {
  const labels = Object.entries(matchers).map(([label, glob]) => `${label}=${glob}`);
  return oneLine(`silence ${id} until ${endsAt}: ${labels.join(' ')} (${comment})`);
}
