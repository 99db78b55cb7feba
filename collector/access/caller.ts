/** Who asks, and from where: what the audit trail tells of each act. */
import type { Visitor } from './access.ts';

export interface Caller {
  readonly visitor: Visitor;
  readonly address: string;
  readonly via: 'http' | 'stream';
}
