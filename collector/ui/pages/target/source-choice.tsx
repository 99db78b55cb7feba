/** Chooses by which probe and which classifier the kinds are reported. */
import { choose } from '../../address/navigation.ts';
import { type Source, writeSource } from '../../live/source.ts';

interface SourceChoiceProps {
  readonly sources: readonly Source[];
  readonly source: Source | undefined;
}

export function SourceChoice({ sources, source }: SourceChoiceProps) {
  if (!source) return null;
  return (
    <label>
      Source{' '}
      <select value={writeSource(source)} onChange={(event) => choose({ source: event.currentTarget.value })}>
        {sources.map((each) => (
          <option key={writeSource(each)} value={writeSource(each)}>
            {each.probe} by {each.by}
          </option>
        ))}
      </select>
    </label>
  );
}
