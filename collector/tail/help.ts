/** What `?` shows: on 80 columns and 24 rows, all of it. */

export const HELP: readonly string[] = [
  '  o O ← →      sort by the next or previous column; r reverses',
  '  /            show kinds that match: text, or a glob as Sess*; Esc shows all',
  '  ↑ ↓ PgUp …   move through the rows',
  '  c            deltas count from now on: free, no object ids are held for it',
  '  s            take a snapshot, after you agree to its price',
  '  p            rows by auto, walk, census, … in turn (P: back); asks if over a limit',
  '  space        pause: nothing is read but by s, nothing else moves',
  '  tab          the next target, or the sum of all',
  '  q, Ctrl-C    quit; Ctrl-Z suspends, Ctrl-L redraws',
  '',
  '  Delta        since the checkpoint, or since the first reading',
  '  Last         since the reading before',
  '  Per min      over the last 12 readings; each follows a full collection',
  '  +            a kind that was not there at the checkpoint',
  '  ▲            a kind that rose again and again, and hardly ever fell',
  '  ~            an estimate',
];
