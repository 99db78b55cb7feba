/**
 * Has the schema library compile nothing: it would first try whether it may, and a page whose policy forbids `eval` would tell of
 * that. To be imported before any schema is made.
 */
import { config } from 'zod';

config({ jitless: true });
