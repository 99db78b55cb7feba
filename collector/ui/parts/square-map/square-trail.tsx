/** Where one is in a square map, and the way out. */
interface SquareTrailProps {
  readonly path: readonly string[];
  readonly onBack?: () => void;
}

export function SquareTrail({ path, onBack }: SquareTrailProps) {
  if (!onBack && path.length === 0) return null;
  return (
    <nav class="square-trail" aria-label="Where in the map">
      {onBack && (
        <button type="button" class="square-trail-back" onClick={onBack}>
          <span aria-hidden="true">‹</span> Back
        </button>
      )}
      <ol>
        {path.map((step, index) => (
          <li key={index} aria-current={index === path.length - 1 ? 'location' : undefined}>
            {step}
          </li>
        ))}
      </ol>
    </nav>
  );
}
