/** The tail on a terminal: readings and keys come in, pictures go out. */
import { aborted } from '../../agent/base/waiting.ts';
import { humanDuration, humanSize } from '../../protocol/human.ts';
import type { Price } from '../../protocol/partition.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { ALL, Boards } from './boards.ts';
import type { Feed } from './feed.ts';
import { extentOf, frame, type Picture } from './frame.ts';
import type { Quote } from './quote.ts';
import { Screen, type TerminalInput, type TerminalOutput } from './screen.ts';
import type { StyledLine } from './spans.ts';
import type { ProbeChoice, RowProbe, TailEvent } from './tail-event.ts';
import { chosen, FIRST_VIEW, nextChoice, press, type Question, type View, type ViewAction } from './view.ts';

/** Pictures a second, at most; and how often ages on the screen go on without a reading. */
const DRAW_MS = 50;
const TICK_MS = 1_000;

export interface LiveViewOptions {
  readonly feeds: readonly Feed[];
  readonly input: TerminalInput;
  readonly output: TerminalOutput;
  readonly colour: boolean;
  readonly unicode: boolean;
  /** What the view begins with. */
  readonly view?: Partial<View>;
  /** As in Picture. */
  readonly maxShareRatio: number | null;
  /** Called for Ctrl-C, which a terminal in raw mode does not turn into a signal. */
  readonly interrupt: () => void;
  /** Stops this process until somebody lets it go on; default: as a terminal's Ctrl-Z does. */
  readonly stop?: () => Promise<void>;
  /** Milliseconds since 1970; default Date.now. */
  readonly now?: () => number;
}

export class LiveView {
  readonly #options: LiveViewOptions;
  readonly #boards = new Boards();
  readonly #screen: Screen;
  readonly #end = new AbortController();
  /** Probes that were asked for by a key: while paused they are shown all the same. */
  readonly #asked = new Set<string>();
  #view: View;
  #drawTimer: NodeJS.Timeout | undefined;

  constructor(options: LiveViewOptions) {
    this.#options = options;
    this.#view = { ...FIRST_VIEW, ...options.view };
    this.#screen = new Screen({
      ...options,
      onKey: (key) => this.#press(key),
      onStale: () => this.#drawSoon(),
    });
  }

  /**
   * Shows what the feeds tell until `q`; the terminal is as it was when this settles.
   * @throws what ended the last feed; the reason of `signal`
   */
  async run(signal: AbortSignal): Promise<void> {
    const onAbort = () => this.#end.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const tick = setInterval(() => this.#drawSoon(), TICK_MS);
    try {
      await using screen = this.#screen;
      await screen.enter();
      await Promise.race([this.#follow(), aborted(this.#end.signal)]);
    } finally {
      clearInterval(tick);
      clearTimeout(this.#drawTimer);
      signal.removeEventListener('abort', onAbort);
      this.#end.abort();
    }
    signal.throwIfAborted();
  }

  /** The last picture, without the lines below its rows. */
  lastPicture(): StyledLine[] {
    const lines = frame(this.#picture()).slice(0, -1);
    return lines.slice(0, lines.findLastIndex((line) => line.length > 0) + 1);
  }

  /** Until every feed has ended. @throws why the last one did */
  async #follow(): Promise<void> {
    let ended: unknown;
    const follow = async (feed: Feed) => {
      try {
        await feed.run((reading) => this.#hear(reading), this.#end.signal);
      } catch (error) {
        ended = error;
        const reason = reasonOf(error);
        // a collector's feed tells of its targets itself, and ends with the collector
        for (const target of this.#targetsOf(feed))
          this.#hear({ is: 'state', target, state: { state: 'gone', reason } });
      }
    };
    await Promise.all(this.#options.feeds.map(follow));
    if (ended !== undefined) throw ended;
  }

  #targetsOf(feed: Feed): string[] {
    return feed.target === null
      ? this.#boards.list.map(({ name }) => name).filter((name) => name !== ALL)
      : [feed.target];
  }

  #hear(reading: TailEvent): void {
    // a collector goes on reading; what stands still is what is shown
    if (this.#view.paused && !this.#comesThrough(reading)) return;
    this.#boards.hear(reading);
    this.#drawSoon();
  }

  /** Through a pause: the target's end, and what a key has asked for. */
  #comesThrough(reading: TailEvent): boolean {
    if (reading.is === 'partition') return this.#asked.has(reading.partition.probe);
    if (reading.is === 'probing') return this.#asked.has(reading.probe);
    return reading.is === 'state' || (reading.is === 'note' && this.#asked.size > 0);
  }

  #press(key: string): void {
    const [view, action] = press(this.#view, key, extentOf(this.#picture()));
    this.#view = view;
    if (action) this.#perform(action);
    this.#drawSoon();
  }

  #perform(action: ViewAction): void {
    const { feeds, interrupt } = this.#options;
    switch (action.action) {
      case 'quit':
        this.#end.abort();
        break;
      case 'interrupt':
        interrupt();
        break;
      case 'suspend':
        void this.#suspend();
        break;
      case 'redraw':
        this.#screen.clear();
        break;
      case 'checkpoint':
        this.#boards.checkpoint();
        this.#say('checkpoint: deltas count from the newest readings on');
        break;
      case 'choose':
        if (action.agreed) this.#goOnWith(action.choice, true);
        else void this.#choose(action.choice, action.back);
        break;
      case 'pause':
        this.#asked.clear();
        for (const feed of feeds) feed.pause(action.paused);
        break;
      case 'price':
        void this.#ask(action.probe);
        break;
      case 'take':
        this.#asked.add(action.probe);
        this.#feedOf(action.target)?.take(action.target, action.probe);
        break;
    }
  }

  /** Tells the price of a probe of the target that is shown, as a question. */
  async #ask(probe: RowProbe): Promise<void> {
    const board = this.#picture().boards[this.#view.tab];
    const target = board?.usage?.target ?? board?.name;
    const feed = target === undefined || target === ALL ? undefined : this.#feedOf(target);
    if (target === undefined || !feed) {
      this.#say(`choose a target first (tab): a ${probe} is of one`);
      return;
    }
    try {
      const quote = await feed.price(target, probe);
      if (quote?.deadly) this.#say(`no ${probe}: ${quote.objection}`);
      else this.#question({ about: 'take', target, probe, text: questionText(target, probe, quote) });
    } catch (error) {
      this.#say(reasonOf(error));
    }
  }

  /** Goes on with another probe; asks first where it is over a limit of a target, passes over it where a target lacks the memory. */
  async #choose(choice: ProbeChoice, back = false): Promise<void> {
    if (choice === 'auto') return this.#goOnWith(choice, false);
    try {
      for (const feed of this.#options.feeds) {
        const quote = feed.target === null ? null : await feed.price(feed.target, choice);
        if (quote?.objection === undefined) continue;
        if (!quote.deadly)
          return this.#question({ about: 'choose', probe: choice, text: choiceText(feed.target!, choice, quote) });
        await this.#choose(nextChoice(choice, back), back);
        return this.#say(`no ${choice}: ${quote.objection}`);
      }
      this.#goOnWith(choice, false);
    } catch (error) {
      this.#say(reasonOf(error));
    }
  }

  #goOnWith(choice: ProbeChoice, agreed: boolean): void {
    this.#view = chosen(this.#view, choice);
    for (const feed of this.#options.feeds) feed.choose(choice, agreed);
    this.#drawSoon();
  }

  #question(question: Question): void {
    this.#view = { ...this.#view, question };
    this.#drawSoon();
  }

  #feedOf(target: string): Feed | undefined {
    const { feeds } = this.#options;
    return feeds.find((feed) => feed.target === target) ?? feeds.find((feed) => feed.target === null);
  }

  #say(message: string): void {
    this.#view = { ...this.#view, message };
    this.#drawSoon();
  }

  async #suspend(): Promise<void> {
    await this.#screen.leave();
    await (this.#options.stop ?? stopProcess)();
    if (!this.#end.signal.aborted) await this.#screen.enter();
  }

  #picture(): Picture {
    const { maxShareRatio, unicode, now = Date.now } = this.#options;
    const { size } = this.#screen;
    return { view: this.#view, boards: this.#boards.list, size, nowMs: now(), maxShareRatio, unicode };
  }

  #drawSoon(): void {
    this.#drawTimer ??= setTimeout(() => {
      this.#drawTimer = undefined;
      this.#screen.draw(frame(this.#picture()));
    }, DRAW_MS);
  }
}

function questionText(target: string, probe: RowProbe, price: Price | null): string {
  if (!price) return `Take a ${probe} of ${target}, at an unknown price?`;
  const { pauseMs, extraBytes } = price;
  return `${probe} of ${target}: about ${humanDuration(pauseMs)} of pause, ${humanSize(extraBytes)} of memory. Take it?`;
}

function choiceText(target: string, probe: RowProbe, { pauseMs, extraBytes }: Quote): string {
  const price = `${humanDuration(pauseMs)} of pause, ${humanSize(extraBytes)} of memory`;
  return `${price}: over a limit. Still ${probe} of ${target}?`;
}

/** Stops all of the command, as its shell expects of Ctrl-Z; resolves when the shell lets it go on. */
function stopProcess(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGCONT', () => resolve());
    process.kill(0, 'SIGSTOP');
  });
}
