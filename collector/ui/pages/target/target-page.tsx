/** One target. */
export function TargetPage({ name }: { name: string }) {
  return <h1>{name}</h1>;
}
