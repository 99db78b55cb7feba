/** Two moments, or two targets. */
export function ComparePage() {
  return <h1>Compare</h1>;
}
