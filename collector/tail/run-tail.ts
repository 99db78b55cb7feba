/** Runs a tail: which feeds its targets need, and whether a terminal or a pipe takes what they tell. */

import { parseTarget } from '../../agent/base/target.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';
import { noKindFits } from '../terminal/no-match.ts';
import type { TailArguments } from './arguments.ts';
import type { Feed } from './feed.ts';
import { unshownText } from './figures.ts';
import { JsonLines } from './json-lines.ts';
import { LiveFeed } from './live-feed.ts';
import { LiveView } from './live-view.ts';
import { hasUnicode, paint, wantsColour } from './paint.ts';
import { filterGlob } from './sorting.ts';
import { StreamFeed } from './stream-feed.ts';
import type { TailEvent } from './tail-event.ts';
import { pidToWalk, WalkFeed } from './walk-feed.ts';

/** @throws UsageError; AttachError or DetachedError when no target is left */
export async function tail(args: TailArguments, io: Io): Promise<void> {
  const feeds = await Promise.all(args.targets.map((target) => feedOf(target, args, io.signal)));
  await using _ = {
    [Symbol.asyncDispose]: async () => {
      await Promise.all(feeds.map((feed) => feed[Symbol.asyncDispose]()));
    },
  };
  if (args.json || !hasScreen()) await printLines(feeds, args, io);
  else await showScreen(feeds, args, io);
}

export interface FeedArguments extends Omit<TailArguments, 'targets' | 'json' | 'kind'> {
  /** Glob of the program's own performance marks. */
  readonly programMarks?: string | undefined;
}

/** @throws UsageError for what cannot be followed; as Walker does, where a walk was asked for */
export async function feedOf(text: string, args: FeedArguments, signal: AbortSignal): Promise<Feed> {
  const { probe: choice, every, maxShare, isolate, yes, stop, programMarks } = args;
  const target = parseTarget(text);
  if (target.kind === 'file') throw new UsageError(`Cannot follow ${text}: a file does not change; use heapwatch heap`);
  if (target.kind !== 'collector') {
    const pace = { everyMs: every, maxShareRatio: maxShare };
    const pid = await pidToWalk(text, { probe: choice, isolate }, signal);
    if (pid !== undefined) return new WalkFeed({ target: text, pid, isolate, ...pace, yes, stop });
    return new LiveFeed({ target: text, isolate, choice, ...pace, yes, stop, programMarks });
  }
  if (target.sample !== undefined) throw new UsageError(`Cannot follow ${text}: a stored sample does not change`);
  return new StreamFeed({ url: target.url, name: target.name });
}

function hasScreen(): boolean {
  const { stdin, stdout, env } = process;
  return stdin.isTTY === true && stdout.isTTY === true && env.TERM !== 'dumb';
}

async function printLines(feeds: readonly Feed[], { kind }: TailArguments, io: Io): Promise<void> {
  const lines = new JsonLines(kind);
  const told = new Set<string>();
  const hear = (reading: TailEvent) => {
    if (kind !== undefined && reading.is === 'partition' && !told.has(reading.partition.target)) {
      const { target, rows } = reading.partition;
      const names = rows.map((row) => row.kind.toLowerCase());
      const nothing = noKindFits('--kind', kind.toLowerCase(), names);
      if (nothing !== undefined) io.say(`${target}: ${nothing}`);
      told.add(target);
    }
    const line = lines.line(reading);
    if (line !== null) io.print(line);
    if (reading.is === 'note') io.say(`${reading.target}: ${reading.text}`);
    if (reading.is === 'unshown' && reading.workers > 0) io.say(`${reading.target}: ${unshownText(reading.workers)}`);
    if (reading.is === 'state' && reading.state.state !== 'attached') {
      io.say(`${reading.target} is ${reading.state.state}${reading.state.reason ? `: ${reading.state.reason}` : ''}`);
    }
  };
  await followAll(feeds, hear, io);
}

/** Hears all feeds until they have ended. @throws why the last one did; the reason of the command's end */
export async function followAll(feeds: readonly Feed[], hear: (reading: TailEvent) => void, io: Io): Promise<void> {
  let ended: unknown;
  const follow = async (feed: Feed) => {
    try {
      await feed.run(hear, io.signal);
    } catch (error) {
      if (feeds.length > 1) io.say(`heapwatch: ${reasonOf(error)}`);
      ended = error;
    }
  };
  await Promise.all(feeds.map(follow));
  io.signal.throwIfAborted();
  if (ended !== undefined) throw ended;
}

async function showScreen(feeds: readonly Feed[], args: TailArguments, io: Io): Promise<void> {
  const { stdin, stdout, env } = process;
  const colour = wantsColour(env);
  const view = new LiveView({
    feeds,
    input: stdin,
    output: stdout,
    colour,
    unicode: hasUnicode(env),
    view: { choice: args.probe, ...(args.kind !== undefined && { filter: filterGlob(args.kind) }) },
    maxShareRatio: feeds.some((feed) => !(feed instanceof StreamFeed)) ? args.maxShare : null,
    // as the terminal itself does where no program asked for the keys
    interrupt: () => process.kill(process.pid, 'SIGINT'),
  });
  try {
    await view.run(io.signal);
  } catch (error) {
    // what was to be seen last stays to be read
    if (!io.signal.aborted)
      io.print(
        view
          .lastPicture()
          .map((line) => paint(line, colour))
          .join('\n'),
      );
    throw error;
  }
}
