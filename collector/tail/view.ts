/** What a person has chosen to see, and what a key makes of that. Pure: what goes beyond the view is given as an action. */
import type { Probe } from '../../protocol/partition.ts';
import { filterGlob, SORTS, type Sort } from './sorting.ts';
import { PROBE_CHOICES, type ProbeChoice, type RowProbe } from './tail-event.ts';

export interface View {
  /** Of the boards. */
  readonly tab: number;
  readonly sort: Sort;
  readonly reversed: boolean;
  /** Glob of kinds. */
  readonly filter: string | undefined;
  /** What is being typed as a filter. */
  readonly typing: string | undefined;
  /** The first row that is shown. */
  readonly top: number;
  readonly paused: boolean;
  readonly help: boolean;
  /** The probe that is to give the rows. */
  readonly choice: ProbeChoice;
  /** The probe whose rows are shown; absent: whichever was read last. */
  readonly shown: Probe | undefined;
  /** A price that has to be agreed to. */
  readonly question: Question | undefined;
  /** Told until the next key. */
  readonly message: string | undefined;
}

/** `take` it once of one target, or go on with it in all of them (`choose`). */
export type Question = { readonly text: string; readonly probe: RowProbe } & (
  | { readonly about: 'take'; readonly target: string }
  | { readonly about: 'choose' }
);

/** What a key asks of somebody else. */
export type ViewAction =
  | { readonly action: 'quit' }
  | { readonly action: 'interrupt' }
  | { readonly action: 'suspend' }
  | { readonly action: 'redraw' }
  | { readonly action: 'checkpoint' }
  /** `agreed`: at whatever price. */
  /** `back`: a choice that cannot be is passed over the other way. */
  | { readonly action: 'choose'; readonly choice: ProbeChoice; readonly agreed?: true; readonly back?: true }
  | { readonly action: 'pause'; readonly paused: boolean }
  /** Tell the price, and ask. */
  | { readonly action: 'price'; readonly probe: RowProbe }
  | { readonly action: 'take'; readonly target: string; readonly probe: RowProbe };

/** What the screen has room for. */
export interface Extent {
  readonly tabs: number;
  /** Rows that match, and those that fit. */
  readonly rows: number;
  readonly page: number;
}

export const FIRST_VIEW: View = {
  tab: 0,
  sort: 'delta',
  reversed: false,
  filter: undefined,
  typing: undefined,
  top: 0,
  paused: false,
  help: false,
  choice: 'auto',
  shown: undefined,
  question: undefined,
  message: undefined,
};

/** @param key a character as typed, or the name of a key (keys.ts) */
export function press(before: View, key: string, extent: Extent): readonly [View, ViewAction?] {
  const view: View = { ...before, message: undefined };
  if (key === 'ctrl-c') return [view, { action: 'interrupt' }];
  if (key === 'ctrl-z') return [view, { action: 'suspend' }];
  if (key === 'ctrl-l') return [view, { action: 'redraw' }];
  if (view.question) return answered(view, view.question, key);
  if (view.typing !== undefined) return [typed(view, view.typing, key)];
  if (view.help) return key === 'q' ? [view, { action: 'quit' }] : [{ ...view, help: false }];
  return COMMANDS[key]?.(view, extent) ?? [moved(view, key, extent)];
}

type Command = (view: View, extent: Extent) => readonly [View, ViewAction?];

const COMMANDS: Readonly<Record<string, Command | undefined>> = {
  q: (view) => [view, { action: 'quit' }],
  '?': (view) => [{ ...view, help: true }],
  h: (view) => [{ ...view, help: true }],
  o: (view) => [{ ...view, sort: next(SORTS, view.sort, 1), top: 0 }],
  O: (view) => [{ ...view, sort: next(SORTS, view.sort, -1), top: 0 }],
  right: (view) => [{ ...view, sort: next(SORTS, view.sort, 1), top: 0 }],
  left: (view) => [{ ...view, sort: next(SORTS, view.sort, -1), top: 0 }],
  r: (view) => [{ ...view, reversed: !view.reversed, top: 0 }],
  '/': (view) => [{ ...view, typing: '' }],
  escape: (view) => [{ ...view, filter: undefined, top: 0 }],
  ' ': (view) => [
    { ...view, paused: !view.paused },
    { action: 'pause', paused: !view.paused },
  ],
  p: (view) => [view, { action: 'choose', choice: nextChoice(view.choice) }],
  P: (view) => [view, { action: 'choose', choice: nextChoice(view.choice, true), back: true }],
  c: (view) => [view, { action: 'checkpoint' }],
  s: (view) => [view, { action: 'price', probe: 'snapshot' }],
  tab: (view, { tabs }) => [{ ...view, tab: (view.tab + 1) % Math.max(1, tabs), top: 0 }],
  backtab: (view, { tabs }) => [{ ...view, tab: (view.tab + Math.max(1, tabs) - 1) % Math.max(1, tabs), top: 0 }],
};

function answered(view: View, question: Question, key: string): readonly [View, ViewAction?] {
  const { probe } = question;
  const closed: View = { ...view, question: undefined };
  const agreed = key === 'y' || key === 'Y';
  if (question.about === 'take') {
    if (!agreed) return [{ ...closed, message: `no ${probe} taken` }];
    return [
      { ...closed, shown: probe },
      { action: 'take', target: question.target, probe },
    ];
  }
  if (agreed) return [closed, { action: 'choose', choice: probe, agreed: true }];
  // the key was pressed to get past it
  if (key === 'p') return [closed, { action: 'choose', choice: nextChoice(probe) }];
  if (key === 'P') return [closed, { action: 'choose', choice: nextChoice(probe, true), back: true }];
  return [{ ...closed, message: `still ${view.choice}` }];
}

export function nextChoice(choice: ProbeChoice, back = false): ProbeChoice {
  return next(PROBE_CHOICES, choice, back ? -1 : 1);
}

/** Rows are those of that probe from now on. */
export function chosen(view: View, choice: ProbeChoice): View {
  return { ...view, choice, shown: choice === 'auto' ? undefined : choice, top: 0 };
}

function typed(view: View, typing: string, key: string): View {
  if (key === 'escape') return { ...view, typing: undefined };
  if (key === 'enter') {
    return { ...view, typing: undefined, filter: typing === '' ? undefined : filterGlob(typing), top: 0 };
  }
  if (key === 'backspace') return { ...view, typing: typing.slice(0, -1) };
  // the names of other keys are longer than what one key types
  return [...key].length === 1 ? { ...view, typing: typing + key } : view;
}

function moved(view: View, key: string, { rows, page }: Extent): View {
  const last = Math.max(0, rows - page);
  const to: Readonly<Record<string, number | undefined>> = {
    up: view.top - 1,
    down: view.top + 1,
    k: view.top - 1,
    j: view.top + 1,
    pageup: view.top - page,
    pagedown: view.top + page,
    home: 0,
    end: last,
  };
  return { ...view, top: Math.min(last, Math.max(0, to[key] ?? view.top)) };
}

function next<T>(all: readonly T[], now: T, step: 1 | -1): T {
  return all[(all.indexOf(now) + step + all.length) % all.length]!;
}
