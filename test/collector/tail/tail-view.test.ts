/** The view of the tail with feeds made by hand: what keys ask of them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import type { Feed } from '../../../collector/tail/feed.ts';
import { LiveView } from '../../../collector/tail/live-view.ts';
import type { Quote } from '../../../collector/tail/quote.ts';
import type { ProbeChoice, TailEvent } from '../../../collector/tail/tail-event.ts';
import { attachedReading, partitionReading, usageReading } from '../../support/tail.ts';

const CHEAP: Quote = { pauseMs: 80, extraBytes: 2 ** 20 };
const DEAR: Quote = { pauseMs: 2_600, extraBytes: 700 * 2 ** 20, objection: 'over the limit of 2 s', deadly: false };
const DEADLY: Quote = { ...DEAR, objection: '90 MB are left', deadly: true };

/** A view of one target, whose probes have the given prices; `chosen` is what its feed was told to go on with. */
function startView(prices: Readonly<Record<Exclude<ProbeChoice, 'auto'>, Quote>>) {
  const chosen: [ProbeChoice, boolean][] = [];
  let tell: (reading: TailEvent) => void = () => {};
  const feed: Feed = {
    target: 'api',
    async run(hear, signal) {
      tell = hear;
      for (const reading of [attachedReading(), usageReading(0, 2 ** 20), partitionReading(0, { Session: 5 })])
        hear(reading);
      await once(signal, 'abort');
    },
    choose: (choice, agreed) => void chosen.push([choice, agreed]),
    pause: () => {},
    price: async (_target, probe) => prices[probe],
    take: (_target, probe) => tell(partitionReading(9_000, { Session: 77_777 }, { probe })),
    [Symbol.asyncDispose]: async () => {},
  };
  const input = Object.assign(new PassThrough(), { setRawMode: () => {} });
  const output = Object.assign(new PassThrough(), { columns: 80, rows: 12 });
  let text = '';
  output.on('data', (chunk) => {
    text += chunk;
  });
  const options = { feeds: [feed], input, output, colour: false, unicode: true, maxShareRatio: 0.02 };
  const ended = new LiveView({ ...options, interrupt: () => {} }).run(new AbortController().signal);
  return {
    chosen,
    tell: (reading: TailEvent) => tell(reading),
    press: (keys: string) => void input.write(keys),
    /** Waits for what is drawn from now on. */
    async shows(pattern: RegExp): Promise<void> {
      const from = text.length;
      while (!pattern.test(text.slice(from))) await once(output, 'data');
    },
    async quit() {
      input.write('q');
      await ended;
    },
  };
}

test('p asks where a probe is over a limit, and passes over one that would kill', async () => {
  const view = startView({ walk: CHEAP, types: CHEAP, census: DEAR, snapshot: DEADLY });
  await view.shows(/probe: auto/);
  view.press('p');
  await view.shows(/probe: walk/);
  view.press('p');
  await view.shows(/probe: types/);
  view.press('p');
  await view.shows(/2\.6 s of pause, 700 MB of memory: over a limit\. Still census of api\?.* \[y\/N\]/);
  view.press('n');
  await view.shows(/still types/);
  view.press('p');
  await view.shows(/Still census/);
  view.press('y');
  await view.shows(/probe: census/);
  view.press('p');
  await view.shows(/no snapshot: 90 MB are left/);
  await view.quit();
  assert.deepEqual(view.chosen, [
    ['walk', false],
    ['types', false],
    ['census', true],
    ['auto', false],
  ]);
});

test('P goes back, and passes over what would kill that way too', async () => {
  const view = startView({ walk: CHEAP, types: CHEAP, census: CHEAP, snapshot: DEADLY });
  await view.shows(/probe: auto/);
  view.press('P');
  await view.shows(/no snapshot: 90 MB are left/);
  view.press('P');
  await view.shows(/probe: types/);
  view.press('P');
  await view.shows(/probe: walk/);
  view.press('P');
  await view.shows(/probe: auto/);
  await view.quit();
  assert.deepEqual(
    view.chosen.map(([choice]) => choice),
    ['census', 'types', 'walk', 'auto'],
  );
});

test('what s asks for while paused is shown; what comes by itself is not', async () => {
  const view = startView({ walk: CHEAP, types: CHEAP, census: CHEAP, snapshot: CHEAP });
  await view.shows(/probe: auto/);
  view.press(' ');
  await view.shows(/paused/);
  view.tell(partitionReading(8_000, { Session: 66_666 }));
  view.press('s');
  await view.shows(/snapshot of api: about .*\[y\/N\]/);
  view.press('y');
  await view.shows(/77.?777/);
  await view.quit();
});
