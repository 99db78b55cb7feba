/** What `?` shows. */

export const HELP: readonly string[] = [
  '',
  '  o O ← →      sort by the next or previous column; r reverses',
  '  /            show kinds that match: text, or a glob such as Sess*; Esc shows all',
  '  ↑ ↓ PgUp …   move through the rows',
  '  c            deltas count from now on; free, as no object ids are held for it',
  '  s            take a snapshot, once its price is agreed to',
  '  p            the probe of the rows: auto, types, census, snapshot; asks first',
  '               where the price of one is over a limit',
  '  space        pause: nothing is asked of the target, nothing moves',
  '  tab          the next target, or the sum of all',
  '  q, Ctrl-C    quit; Ctrl-Z suspends, Ctrl-L draws anew',
  '',
  '  Delta        since the checkpoint, or since the first reading',
  '  Last         since the reading before',
  '  Per min      over the last 12 readings, which are all after a full garbage collection',
  '  +            a kind that was not there at the checkpoint',
  '  ▲            a kind that grows steadily: it rose again and again, and hardly ever fell',
  '  ~            an estimate',
];
