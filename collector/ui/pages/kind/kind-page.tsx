/** One kind of one target. */
export function KindPage({ target, kind }: { target: string; kind: string }) {
  return (
    <h1>
      {kind} in {target}
    </h1>
  );
}
