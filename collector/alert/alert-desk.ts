/** What others do with alerts: those that are judged here, or elsewhere in a fleet. */
import type { Silence } from '../../protocol/alert.ts';
import type { Params, Result } from '../../protocol/requests.ts';
import type { Rule } from '../config/rule.ts';

export interface AlertDesk {
  list(): Result<'alerts'>;
  /** @throws RequestError */
  silence(params: Params<'silence'>): Silence | Promise<Silence>;
  /** @throws RequestError where there is none with this id */
  unsilence(id: string): Silence[] | Promise<Silence[]>;
  /** Has these rules from now on; tells whether any is another. */
  setRules(rules: readonly Rule[]): boolean;
  /** Judges until it is stopped. Never rejects. */
  run(): Promise<void>;
  stop(): void;
}
