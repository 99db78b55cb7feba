/** The partition that a tool is to show: the newest that is stored, or that of a probe whose price is agreed to. */
import type { Probe } from '../../protocol/partition.ts';
import { RequestError, type Result } from '../../protocol/requests.ts';
import { priceLine } from '../terminal/price-line.ts';
import type { How } from './server.ts';
import { type Ask, present } from './tool.ts';

interface Wanted {
  readonly target: string;
  readonly isolate: string | undefined;
  readonly by?: string | undefined;
  readonly probe?: Probe;
}

export async function newest({ target, ...which }: Wanted, ask: Ask): Promise<string> {
  const { partitions } = await ask('partitions', { ...present(which), target, limit: 1 });
  const [head] = partitions;
  if (head) return head.id;
  throw new RequestError(
    'not-found',
    `Cannot show a partition of ${target}: none is stored that fits; take one with probe`,
  );
}

/** Runs a probe, whose price is agreed to where a limit is against it. @throws RequestError `refused` */
export async function taken(
  { probe, ...wanted }: Wanted & { probe: Probe },
  ask: Ask,
  { ask: person }: How,
): Promise<{ id: string }> {
  const { by, ...where } = present(wanted);
  const run = (yes: boolean) =>
    ask('probe', { ...where, target: wanted.target, probe, ...(by !== undefined && { by: [by] }), yes });
  const { prices } = await ask('prices', { ...where, target: wanted.target });
  const price = prices.find((each) => each.probe === probe);
  if (price?.verdict !== 'asks') return first(await run(false));
  const agreed = await person(`${probe} of ${wanted.target}: ${priceLine(price)}. Take it?`);
  if (agreed) return first(await run(true));
  const why = agreed === null ? 'the host cannot ask its person' : 'the person does not agree';
  throw new RequestError('refused', `Cannot run ${probe}: ${why} to its price, ${priceLine(price)}`);
}

/** @throws RequestError where it gave none */
function first({ partitions: [id] }: Result<'probe'>): { id: string } {
  if (id !== undefined) return { id };
  throw new RequestError('probe-failed', 'Cannot show a partition: the probe gave none');
}
