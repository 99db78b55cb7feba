/**
 * Prometheus' text format cut down to some targets: samples that have none of them as label `target` are left out, and with them
 * the heads of metrics that have no sample left.
 *
 *     # HELP nodejs_heap_size_used_bytes …            kept, since a sample of it is
 *     nodejs_heap_size_used_bytes{target="api",…} 1   kept
 *     nodejs_heap_size_used_bytes{target="db",…} 1    left out
 */

/** @param labels values of the label as they are written, without quotes: none has one in it */
export function scopedText(text: string, labels: ReadonlySet<string>): string {
  const kept: string[] = [];
  let heads: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) {
      // a HELP line begins a metric, a TYPE line goes on with it
      heads = line.startsWith('# HELP') ? [line] : [...heads, line];
      continue;
    }
    // a quote within another value has a backslash before it: what follows a brace or a comma is a label of its own
    const target = /[{,]target="([^"\\]*)"/.exec(line)?.[1];
    if (target === undefined || !labels.has(target)) continue;
    for (const head of heads) kept.push(head);
    kept.push(line);
    heads = [];
  }
  return kept.length === 0 ? '' : `${kept.join('\n')}\n`;
}
