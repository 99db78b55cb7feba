/** One object of the snapshot, as a link to what it refers to and what refers to it. */
import { writeAddress } from '../../address/address.ts';
import { address } from '../../address/navigation.ts';

export function ObjectLink({ id, name, kind }: { id: number; name: string; kind: string }) {
  const { query, ...place } = address();
  return (
    <>
      <a href={writeAddress(place, { ...query, object: String(id) })} aria-label={`${kind} ${name}`}>
        {name === '' ? `@${id}` : name}
      </a>{' '}
      <small>{kind}</small>
    </>
  );
}
