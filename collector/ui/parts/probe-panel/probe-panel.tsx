/** What can be done to a target from here: probes with their prices. */
export function ProbePanel({ target, isolate }: { target: string; isolate: string }) {
  return (
    <p>
      {target} {isolate}
    </p>
  );
}
