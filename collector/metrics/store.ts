/** How the store is, read at each scrape. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { StoreHealth } from '../log/store-health.ts';

export function storeMetrics(registry: Registry, health: () => StoreHealth): void {
  const registers = [registry];
  new Gauge({
    name: 'heapwatch_store_durable',
    help: '1 while events are stored before they are sent, 0 while they are kept in memory.',
    registers,
    collect() {
      this.set(health().durable ? 1 : 0);
    },
  });
  new Gauge({
    name: 'heapwatch_store_unsaved_events',
    help: 'Events that were sent and wait in memory to be stored.',
    registers,
    collect() {
      this.set(health().unsaved);
    },
  });
  new Counter({
    name: 'heapwatch_store_lost_events_total',
    help: 'Events that were sent and can not be stored any more, since memory did not suffice.',
    registers,
    collect() {
      this.reset();
      this.inc(health().lost);
    },
  });
}
