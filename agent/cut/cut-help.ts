/** The holders that can be left out, for help and errors. */
export const CUT_HELP =
  'console, listeners, timers, contexts, context:FUNCTION, detached, package:NAME, an id (@4711) or a kind (Session)';
