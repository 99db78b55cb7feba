/** What to do where no rule watches anything. */
export function NoRules() {
  return (
    <section class="panel">
      <h2>Nothing is watched</h2>
      <p>
        The collector has no rule that applies to a target. In its configuration, this has the default rules, and one
        that reports a kind that grows:
      </p>
      <pre class="alerts-example">{EXAMPLE}</pre>
      <p class="hint">
        <code>heapwatch check</code> says what a rule can see; <code>heapwatch alerts test</code> tries it on what is
        stored.
      </p>
    </section>
  );
}

const EXAMPLE = `alerts:
  - default
  - name: KindGrows
    watch: { kind: "*", measure: count, probe: types }
    when: { trend: 1000/h, within: 24h }
    escalate: snapshot`;
